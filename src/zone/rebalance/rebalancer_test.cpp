#include "zone/rebalance/rebalancer.h"

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

struct Fixture : test_support::MovingHosts {
  Fixture() {
    for (const char* name : {"h1", "h2", "h3"}) add_host(name);
    create_on("h1", "a");
    create_on("h2", "b");
    create_on("h2", "c");
    sent = model::MoveState::handed_over;
  }
  PackingView view() { return packing_view(zone->tables(), zone->hosts()).value(); }
  static const placement::packing::HostState* find(const PackingView& view, const std::string& host) {
    for (const PackingGroup& group : view.groups) {
      for (std::size_t i = 0; i < group.hosts.size(); ++i) {
        if (group.host_names[i] == host) return &group.hosts[i];
      }
    }
    return nullptr;
  }
};

TEST_CASE_FIXTURE(Fixture, "the view has the hosts that take part, their room, and what may move") {
  const PackingView before = view();
  REQUIRE(before.groups.size() == 1);
  CHECK(before.running == 3);
  REQUIRE(find(before, "h2") != nullptr);
  CHECK(find(before, "h2")->instances.size() == 2);
  CHECK(find(before, "h2")->free == placement::packing::Size{{2}, {640}});
  CHECK_FALSE(find(before, "h3")->is_open());
  for (const auto& instance : before.groups.front().instances) CHECK(instance.movable);

  set_schedulable("h3", false);
  hosts.erase("h2");
  pass(Seconds{1});
  REQUIRE(wait(zone->tables().instances.update(id("a"), [](model::Instance& bound) -> Status {
    bound.spec.host = "h1";
    return {};
  })));
  const PackingView after = view();
  CHECK(find(after, "h2") == nullptr);
  CHECK(find(after, "h3") == nullptr);
  CHECK(after.running == 3);
  REQUIRE(after.groups.front().instances.size() == 1);
  CHECK_FALSE(after.groups.front().instances.front().movable);
}

TEST_CASE_FIXTURE(Fixture, "in a move within the zone both hosts have less room") {
  sent = model::MoveState::sending;
  REQUIRE(wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                        {.instance = "a", .host = "h3"})));
  act_for(Seconds{2});
  const PackingView moving = view();
  CHECK(find(moving, "h1")->free == placement::packing::Size{{3}, {832}});
  CHECK(find(moving, "h3")->free == placement::packing::Size{{3}, {832}});
  CHECK_FALSE(find(moving, "h1")->is_open());
}

TEST_CASE_FIXTURE(Fixture, "the host with the fewest instances is emptied, after the first wait") {
  EventLog events(world.runtime);
  ZoneConfig config;
  config.rebalance = RebalanceConfig{.moves_per_hour_percent = 100};  // three an hour
  Rebalancer rebalancer({world.runtime, config, zone->tables(), zone->hosts(), zone->transfers(), events});
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
