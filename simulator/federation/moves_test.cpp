// The scenario of moves: that it reaches what it is for, and that a seed is a whole history.
#include "simulator/federation/moves.h"

#include <doctest/doctest.h>

namespace hanse::simulator {
namespace {

TEST_CASE("without faults every move that is not cancelled or refused completes") {
  const MoveOutcome outcome = run_moves({.seed = 3, .faults = false});
  INFO(describe(outcome));
  CHECK_FALSE(outcome.run.violation);
  CHECK(outcome.run.faults == 0);
  CHECK(outcome.completed > 3);
  CHECK(outcome.within_zones > 0);
  CHECK(outcome.within_zones < outcome.completed);
  CHECK(outcome.rolled_back == 0);
}

TEST_CASE("the same seed gives the same history, another seed another") {
  const MoveOutcome first = run_moves({.seed = 11});
  INFO(describe(first));
  CHECK_FALSE(first.run.violation);
  CHECK(first.run.faults >= 5);
  CHECK(first.run.digest == run_moves({.seed = 11}).run.digest);
  CHECK(first.run.digest != run_moves({.seed = 12}).run.digest);
}

}  // namespace
}  // namespace hanse::simulator
