// Rebalancer: empties hosts in the background, so that whole ones are free, by live moves within the zone and
// within a budget: a share of the running instances an hour. It plans anew each time and orders only the
// first moves of the plan; a host that is half empty is the cheapest to empty, so it is gone on with.
//
// Lifecycle: run() for ever, once; destroying it stops the planning, not the moves. Thread: the loop.
// Failure: a move that cannot be begun is logged, and its instance left alone for kLeaveAlone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/runtime.h"
#include "zone/event_log.h"
#include "zone/packing/host_packing.h"
#include "zone/transfer_frontend.h"
#include "zone/zone_config.h"

namespace hanse::zone {

// How much of the budget is due when: so many moves after each such time.
struct RebalancePace {
  Nanos wait{0};
  std::size_t moves = 0;
};
// Never more than the share in any hour. Where it is less than one move in kRebalancePeriod, one after as
// long as it takes. Requires: hourly > 0.
RebalancePace rebalance_pace(std::size_t running, double hourly);

inline constexpr Nanos kRebalancePeriod = Seconds{60};
// Of one plan, however large the budget is.
inline constexpr std::size_t kMaxPlannedMoves = 200;

class Rebalancer {
 public:
  static constexpr Nanos kLeaveAlone = Seconds{3600};

  struct Services {
    Runtime& runtime;
    const ZoneConfig& config;
    HostPacking& packing;
    TransferFrontend& transfers;
    EventLog& events;
  };
  explicit Rebalancer(Services services) : services_(services), log_(services.runtime.log, "rebalance") {}

  bool wanted() const;
  Task<void> run();

 private:
  Task<std::vector<model::PackingMove>> plan(PackedFleet fleet, std::size_t most);
  Task<void> order(model::PackingMove move);

  Services services_;
  Logger log_;
  std::map<std::string, MonotonicTime> left_alone_;  // until when, by name
};

}  // namespace hanse::zone
