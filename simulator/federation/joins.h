// The scenario of joins: zones that know nobody become peers by invitations and leave each other again, under
// faults; in the end each two of them are both peers or both none. Failure: JoinOutcome::run.violation.
#pragma once

#include <cstdint>
#include <string>

#include "simulator/scenario.h"

namespace hanse::simulator {

struct JoinOptions {
  std::uint64_t seed = 1;
  bool faults = true;
  bool print_trace = false;
};

struct JoinOutcome {
  Outcome run;
  int joined = 0;  // answers that said so
  int left = 0;
  int passed_on = 0;  // invitations that a second zone tried, too
};

JoinOutcome run_joins(const JoinOptions& options);
// One line.
std::string describe(const JoinOutcome& outcome);
Counts counts_of(const JoinOutcome& outcome);

}  // namespace hanse::simulator
