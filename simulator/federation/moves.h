// The scenario of moves: three zones with two hosts each, one instance that a user moves about between zones
// and between the hosts of one, and copies, faults for a while, then quiet, in which everything must come to
// rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "simulator/scenario.h"

namespace hanse::simulator {

struct MoveOptions {
  std::uint64_t seed = 1;
  bool faults = true;
  bool print_trace = false;
};

struct MoveOutcome {
  Outcome run;
  Nanos settled_after{0};  // the last fault
  std::size_t completed = 0;
  std::size_t within_zones = 0;  // of these: from host to host
  std::size_t post_copies = 0;   // of these
  std::size_t cold = 0;          // of these: while it was stopped
  std::size_t copies = 0;        // of `completed`: another instance was made
  std::size_t named_waits = 0;   // for long, for a peer that could not be reached
  std::size_t rolled_back = 0;
  std::size_t cancelled = 0;
  std::size_t refused = 0;
};

MoveOutcome run_moves(const MoveOptions& options);

// One line: seed, digest, faults, transfers, and how it ended.
std::string describe(const MoveOutcome& outcome);
Counts counts_of(const MoveOutcome& outcome);

}  // namespace hanse::simulator
