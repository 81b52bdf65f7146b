// The scenario of placement: three to five zones with hosts, of which some refuse, are dear or nearly full;
// users who declare, change and delete workloads in two of them; a zone that lies; faults for a while, then
// quiet, in which everything must come to be as declared. Failure: PlacementOutcome::run.violation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "simulator/scenario.h"

namespace hanse::simulator {

struct PlacementOptions {
  std::uint64_t seed = 1;
  bool faults = true;
  bool print_trace = false;
};

struct PlacementOutcome {
  Outcome run;
  Nanos settled_after{0};        // the last fault
  std::size_t acknowledged = 0;  // declarations and deletions
  std::size_t assigned_here = 0;
  std::size_t assigned_elsewhere = 0;
  std::size_t moved = 0;           // to other zones, by `enforce: continuous`
  std::size_t spread_by_host = 0;  // put on a host that had to have none of their workload
  std::size_t refused = 0;         // by the zone that was chosen, so that the next was asked
};

PlacementOutcome run_placement(const PlacementOptions& options);
// One line.
std::string describe(const PlacementOutcome& outcome);
Counts counts_of(const PlacementOutcome& outcome);

}  // namespace hanse::simulator
