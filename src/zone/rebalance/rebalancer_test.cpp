#include "zone/rebalance/rebalancer.h"

#include <algorithm>
#include <doctest/doctest.h>

#include "zone/moving_hosts_for_test.h"

namespace hanse::zone {
namespace {

using model::PowerState;

constexpr Nanos kStep = Seconds{5};

TEST_CASE("no hour has more moves than its share") {
  constexpr double kHourly = 0.01;
  for (const std::size_t running : {1U, 7U, 50U, 99U, 100U, 5'999U, 6'000U, 100'000U}) {
    const RebalancePace pace = rebalance_pace(running, kHourly);
    CAPTURE(running);
    const double hours = std::chrono::duration<double, std::ratio<3600>>(pace.wait).count();
    CHECK(static_cast<double>(pace.moves) <= hours * static_cast<double>(running) * kHourly + 1e-9);
  }
  CHECK(rebalance_pace(6'000, kHourly).moves == 1);
  CHECK(rebalance_pace(60'000, kHourly).moves == 10);
  CHECK(rebalance_pace(50, kHourly).moves == 1);
  CHECK(rebalance_pace(50, kHourly).wait >= Seconds{2 * 3600});
  CHECK(rebalance_pace(0, kHourly).moves == 0);
}

struct RebalancerFixture : test_support::MovingHosts {
  RebalancerFixture() {
    for (const char* name : {"h1", "h2", "h3"}) add_host(name);
    create_on("h1", "a");
    create_on("h2", "b");
    create_on("h2", "c");
    sent = model::MoveState::handed_over;
  }
  PackedFleet fleet() { return wait(packing.fleet()).value(); }

  HostPacking packing{world.runtime, zone->tables(), zone->hosts(), zone->capacity()};
};

const PackedFleet::Host& host_of(const PackedFleet& fleet, const std::string& name) {
  const auto host = std::find_if(fleet.hosts.begin(), fleet.hosts.end(),
                                 [&](const PackedFleet::Host& one) { return one.name == name; });
  REQUIRE(host != fleet.hosts.end());
  return *host;
}
const PackedFleet::Instance& instance_of(const PackedFleet& fleet, const std::string& name) {
  const auto instance = std::find_if(fleet.instances.begin(), fleet.instances.end(),
                                     [&](const PackedFleet::Instance& one) { return one.id.name == name; });
  REQUIRE(instance != fleet.instances.end());
  return *instance;
}

TEST_CASE_FIXTURE(RebalancerFixture,
                  "the fleet has the hosts that take part, their room, and what may move") {
  const PackedFleet before = fleet();
  CHECK(before.running == 3);
  CHECK(host_of(before, "h2").free == placement::packing::Size{{2}, {640}});
  for (const PackedFleet::Instance& instance : before.instances) CHECK(instance.movable);
  for (const PackedFleet::Host& host : before.hosts) CHECK(host.takes_part);

  set_schedulable("h3", false);
  hosts.erase("h2");
  pass(Seconds{1});
  REQUIRE(wait(zone->tables().instances.update(id("a"), [](model::Instance& bound) -> Status {
    bound.spec.host = "h1";
    return {};
  })));
  const PackedFleet after = fleet();
  CHECK_FALSE(host_of(after, "h2").takes_part);
  CHECK_FALSE(host_of(after, "h3").takes_part);
  CHECK(after.running == 3);
  CHECK_FALSE(instance_of(after, "a").movable);
}

TEST_CASE_FIXTURE(RebalancerFixture, "in a move within the zone both hosts have less room") {
  sent = model::MoveState::sending;
  REQUIRE(wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                        {.instance = "a", .host = "h3"})));
  act_for(Seconds{2});
  const PackedFleet moving = fleet();
  CHECK(host_of(moving, "h1").free == placement::packing::Size{{3}, {832}});
  CHECK(host_of(moving, "h3").free == placement::packing::Size{{3}, {832}});
  CHECK(instance_of(moving, "a").leaving);
  CHECK_FALSE(instance_of(moving, "a").movable);
}

TEST_CASE_FIXTURE(RebalancerFixture, "the host with the fewest instances is emptied, after the first wait") {
  EventLog events(world.runtime);
  ZoneConfig config;
  config.rebalance = RebalanceConfig{.moves_per_hour_percent = 100};  // three an hour
  Rebalancer rebalancer({world.runtime, config, packing, zone->transfers(), events});
  REQUIRE(rebalancer.wanted());
  Scope scope;
  REQUIRE(scope.spawn(rebalancer.run()));
  act_for(Seconds{10 * 60}, kStep);
  CHECK(get("a").status.host == "h1");
  act_for(Seconds{15 * 60}, kStep);
  CHECK(get("a").status.host == "h2");
  CHECK(get("a").status.power_state == PowerState::running);
  // It is not moved about any further.
  act_for(Seconds{30 * 60}, kStep);
  for (const char* name : {"a", "b", "c"}) CHECK(get(name).status.host == "h2");
}

}  // namespace
}  // namespace hanse::zone
