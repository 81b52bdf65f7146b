// The scenario of placement: that it reaches what it is for, and that a seed is a whole history.
#include "simulator/federation/placement.h"

#include <doctest/doctest.h>

namespace hanse::simulator {
namespace {

TEST_CASE("without faults workloads come to be as they are declared, here and elsewhere") {
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const PlacementOutcome outcome = run_placement({.seed = seed, .faults = false});
    INFO(describe(outcome));
    CHECK_FALSE(outcome.run.violation);
    CHECK(outcome.run.faults == 0);
    CHECK(outcome.assigned_here > 0);
    CHECK(outcome.assigned_elsewhere > 0);
    acknowledged += outcome.acknowledged;
  }
  CHECK(acknowledged > 20);
}

TEST_CASE("under faults the same seed of placement gives the same history, another seed another") {
  const PlacementOutcome first = run_placement({.seed = 7});
  INFO(describe(first));
  CHECK_FALSE(first.run.violation);
  CHECK(first.run.faults >= 5);
  CHECK(first.run.digest == run_placement({.seed = 7}).run.digest);
  CHECK(first.run.digest != run_placement({.seed = 8}).run.digest);
}

}  // namespace
}  // namespace hanse::simulator
