// The scenario of joins: that zones become peers whatever happens meanwhile, and that it reaches what it is
// for.
#include "simulator/federation/joins.h"

#include <doctest/doctest.h>

namespace hanse::simulator {
namespace {

TEST_CASE("without faults zones join and leave as their operators say") {
  const JoinOutcome outcome = run_joins({.seed = 1, .faults = false});
  INFO(describe(outcome));
  CHECK_FALSE(outcome.run.violation);
  CHECK(outcome.joined > 5);
  CHECK(outcome.left > 1);
}

TEST_CASE("under faults both zones of each pair end as peers, with each other's keys") {
  int left = 0;
  int faults = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const JoinOutcome outcome = run_joins({.seed = seed});
    INFO(describe(outcome));
    CHECK_FALSE(outcome.run.violation);
    left += outcome.left;
    faults += outcome.run.faults;
  }
  CHECK(left > 12);
  CHECK(faults > 60);
}

}  // namespace
}  // namespace hanse::simulator
