// A move between two hosts of one zone, one of which is away.

#include <doctest/doctest.h>

#include "zone/transfers/within_zone_for_test.h"

namespace hanse::zone {
namespace {

using model::MoveState;
using test_support::WithinZoneFixture;
using Phase = model::TransferPhase;

TEST_CASE_FIXTURE(WithinZoneFixture,
                  "a host that is away while it sends is named, and goes on when it is back") {
  const std::string name = begin_move();
  CHECK(phase(name) == Phase::sending);
  CHECK(waiting_for(name).empty());
  hosts.erase("h1");
  act_for(Seconds{2});
  CHECK(phase(name) == Phase::sending);
  CHECK(waiting_for(name) == "h1");
  sent = MoveState::handed_over;
  connect("h1");
  act_for(Seconds{6});
  CHECK(phase(name) == Phase::completed);
}

TEST_CASE_FIXTURE(WithinZoneFixture, "after the commit point the old host is never told to run it") {
  const std::string name = begin_move();
  hosts.erase("h2");  // before it could be told that it holds the right to run it
  sent = MoveState::handed_over;
  act_for(Seconds{4});
  CHECK(phase(name) == Phase::committed);
  CHECK(waiting_for(name) == "h2");
  CHECK(get("web").status.host == "h2");
  CHECK(get("web").status.other_host == "h1");
  CHECK(told("h1").move);
  CHECK(told("h1").epoch == Epoch{1});

  restart_zone();
  connect("h2");
  act_for(Seconds{8});
  CHECK(phase(name) == Phase::completed);
  CHECK_FALSE(told("h2").move);
  CHECK(told("h2").epoch == Epoch{2});
  CHECK(told("h1").goal == model::MachineGoal::absent);
}

TEST_CASE_FIXTURE(WithinZoneFixture, "a target that is lost while it prepares ends the move") {
  const auto begun = move("h2");
  REQUIRE(begun);
  hosts.erase("h2");
  act_for(Seconds{6});
  CHECK(phase(begun->metadata.name) == Phase::rolled_back);
  CHECK(get("web").status.host == "h1");
  CHECK(has_left_copy("h2"));  // for when it is back
  connect("h2");
  act_for(Seconds{5});
  CHECK_FALSE(has_left_copy("h2"));
}

}  // namespace
}  // namespace hanse::zone
