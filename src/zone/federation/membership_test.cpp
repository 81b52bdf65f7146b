#include "zone/federation/membership.h"

#include <doctest/doctest.h>

#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

struct MembershipFixture : test::ZoneFixture {
  MembershipFixture() {
    REQUIRE(wait(zone->membership().adopt({.name = "lisbon", .endpoint = "lisbon:8443"})));
  }
  void write(store::Write write) { REQUIRE(wait(store->transact({.writes = {std::move(write)}}))); }
  // What it is refused with, of which the beginning says what ties the two.
  std::string refusal() {
    const Status left = wait(zone->membership().leave("lisbon", false));
    return left ? std::string("left") : left.error().message;
  }
  federation::PeerState state() { return zone->membership().get("lisbon")->state; }
};

TEST_CASE_FIXTURE(MembershipFixture, "a zone that nothing ties to this one is left") {
  CHECK(refusal() == "left");
  CHECK(state() == federation::PeerState::leaving);
}

TEST_CASE_FIXTURE(MembershipFixture, "a zone with instances here is left by force only") {
  model::Instance theirs = instance("web");
  theirs.status.workload = "lisbon/default/default/web#0";
  write(zone->tables().instances.write_of(theirs));
  CHECK(refusal().starts_with(
      "zone 'lisbon' still has 0 transfers with this one, 1 instances here and 0 replicas of ours;"));
  CHECK(state() == federation::PeerState::active);
  CHECK(wait(zone->membership().leave("lisbon", true)));
  CHECK(state() == federation::PeerState::leaving);
}

TEST_CASE_FIXTURE(MembershipFixture, "a zone that runs replicas of ours is left by force only") {
  model::Workload ours;
  ours.metadata = {.name = "web", .tenant = "default", .workspace = "default", .uid = "uid"};
  ours.status.replicas = {{.zone = "lisbon"}, {.zone = "helsinki"}};
  write(zone->tables().workloads.write_of(ours));
  CHECK(refusal().find("0 instances here and 1 replicas of ours") != std::string::npos);
  CHECK(state() == federation::PeerState::active);
}

TEST_CASE_FIXTURE(MembershipFixture, "a zone is not left by the way while something moves") {
  model::Transfer moving;
  moving.metadata = {.name = "t1", .tenant = "default", .workspace = "default", .uid = "uid"};
  moving.spec.target_zone = "lisbon";
  moving.status.phase = model::TransferPhase::sending;
  write(zone->tables().transfers.write_of(moving));
  CHECK(refusal().find("still has 1 transfers with this one") != std::string::npos);
  moving.status.phase = model::TransferPhase::completed;
  write(zone->tables().transfers.write_of(moving));
  CHECK(refusal() == "left");
}

}  // namespace
}  // namespace hanse::zone
