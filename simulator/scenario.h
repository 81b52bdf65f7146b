// Federation: N zones with M hosts each in one World, machines that may run on all of them, faults for a
// while, then quiet and the final checks. The zones and hosts themselves are made by factories.
//
// Lifecycle: make it, plan what is done in it by world().at(), run(). Thread: one. Failure:
// Outcome::violation.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulator/faults.h"
#include "simulator/hypervisor.h"
#include "simulator/invariants.h"
#include "simulator/world.h"

namespace hanse::simulator {

// Where a process stands; names are process names and thereby host names in the network.
struct ZonePlace {
  std::string name;                // "zone-a"
  std::vector<std::string> peers;  // the other zones
  std::vector<std::string> hosts;  // "host-a1", …
};
struct HostPlace {
  std::string name;
  std::string zone;
  host::simulated::Fleet& fleet;  // for its SimulatedDriver, under `name`
};

using ZoneFactory = std::function<std::unique_ptr<ProcessRoot>(ProcessContext, ZonePlace)>;
using HostFactory = std::function<std::unique_ptr<ProcessRoot>(ProcessContext, HostPlace)>;

// Of most seeds half a second; of one in four, minutes: two clocks are up to four minutes apart then.
Nanos draw_largest_wall_error(std::uint64_t seed);

struct FederationOptions {
  std::uint64_t seed = 1;
  int zones = 3;
  int hosts_per_zone = 1;
  LinkSettings inside = {.latency = Micros{200}, .jitter = Micros{50}};  // a zone and its hosts
  LinkSettings between = {.latency = Millis{10}, .jitter = Millis{2}, .bandwidth = {25'000'000}};
  Nanos largest_wall_error = Millis{500};  // of each clock
  std::int64_t largest_drift_ppm = 100;
  host::simulated::FleetOptions fleet = {};
  FaultOptions faults = {};
  Nanos settle_time = Seconds{300};  // after the last fault
};

struct Outcome {
  std::uint64_t seed = 0;
  std::uint64_t digest = 0;
  std::uint64_t events = 0;
  int faults = 0;
  std::uint64_t late_requests = 0;  // that came late, most of them a second time
  DeadHypervisors dead_hypervisors;
  Nanos virtual_time{0};
  std::optional<Violation> violation;
};

// How often what a scenario is for has happened, in words: "moves completed".
using Counts = std::map<std::string, std::uint64_t>;

// "seed 7: digest …; <counts>; at rest 12 s after the last fault", or what it violates.
std::string describe(const Outcome& outcome, const std::string& counts, Nanos settled_after);

class Federation {
 public:
  Federation(FederationOptions options, ZoneFactory zones, HostFactory hosts);
  ~Federation() { world_.crash_all(); }  // before the machines go that their drivers refer to
  Federation(const Federation&) = delete;
  Federation& operator=(const Federation&) = delete;

  World& world() { return world_; }
  host::simulated::Fleet& fleet() { return hypervisor_.fleet(); }
  const std::vector<ZonePlace>& zones() const { return zones_; }
  std::vector<std::string> zone_names() const;

  // Runs to the end of the faults and `settle_time` further, then asks each final check.
  Outcome run(std::vector<std::pair<std::string, Invariant>> final_checks);
  // Runs until, after the faults, `unsettled` has had nothing to say for kRest; `settle_time` is the limit.
  Outcome run_until_settled(const Invariant& unsettled);

  static constexpr Nanos kRest = Seconds{6};

 private:
  bool run_faults();
  Outcome outcome();
  void add_links(const ZonePlace& zone);
  ClockError draw_clock();

  FederationOptions options_;
  World world_;
  Hypervisor hypervisor_;
  std::vector<ZonePlace> zones_;
  std::unique_ptr<Faults> faults_;
};

}  // namespace hanse::simulator
