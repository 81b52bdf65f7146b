// DrainReconciler: empties hosts whose spec says `drain`: it orders moves of what is there to other hosts of
// the zone or to other zones, so many at once as the spec allows, has what was never made there placed anew,
// and notes in the host's status what is left and why. It never ends by itself: what comes to be movable
// later is moved.
//
// One step looks at one host; it is called again when the host or an instance on it changes, and after
// kLookAgain while anything is left. Thread: the loop. Failure of a step: those of Table and the store; what
// the operator must hear of is in the status instead.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "zone/drain/drain_planner.h"
#include "zone/event_log.h"
#include "zone/hardware_choice.h"
#include "zone/host_capacity.h"
#include "zone/instance_index.h"
#include "zone/leases/host_failover.h"
#include "zone/reconcile_loop.h"
#include "zone/transfer_frontend.h"

namespace hanse::zone {

class DrainReconciler {
 public:
  struct Services {
    Runtime& runtime;
    Tables& tables;
    HostSessions& hosts;
    HostCapacity& capacity;
    HardwareChoice& hardware;
    TransferFrontend& transfers;
    EventLog& events;
  };
  // A move that failed is tried again after this.
  static constexpr Nanos kRetry = Seconds{20};
  static constexpr Nanos kLookAgain = Seconds{1};

  DrainReconciler(Services services, const InstanceIndex& index, HostFailover failover)
      : services_(services), index_(index), failover_(failover) {}

  Task<Result<Again>> reconcile(std::string key);
  // Of an instance there has changed: whether it is worth a step.
  bool drains(const std::string& host) const { return draining_.contains(host); }

 private:
  // A move that was ordered, by key of the instance, until it has left or the failure is forgotten.
  struct Attempt {
    std::string host;      // that it is to leave
    std::string transfer;  // empty: none could be begun
    std::string failure;
    MonotonicTime again;
    std::size_t failures = 0;  // each is another zone's turn
  };
  struct Round;

  Task<Status> look_at(Round& round, std::string key);
  Task<Status> move(Round& round, Table<model::Instance>::Pointer instance, std::string key);
  Result<model::TransferSpec> choose_move(const Round& round, const model::Instance& instance,
                                          std::size_t failures);
  Result<std::string> choose_host(const model::Instance& instance, model::TransferMode mode);
  void fail_attempt(const Round& round, Attempt& attempt, std::string failure);
  // Notes how the last attempt has ended; whether another is due.
  bool is_due(const Round& round, Attempt& attempt, const ResourceId& instance);
  std::int64_t count_moving(const std::string& host) const;
  void note_leaving(const Round& round);
  bool may_move(const Round& round) const;
  Task<Status> note(std::string host, std::optional<model::DrainStatus> status);

  Services services_;
  const InstanceIndex& index_;
  HostFailover failover_;
  std::set<std::string> draining_;
  // Of these, to other zones: how many moves are under way or about to begin.
  std::map<std::string, std::int64_t> leaving_;
  std::map<std::string, Attempt> attempts_;
};

}  // namespace hanse::zone
