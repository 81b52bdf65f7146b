// Draining a host: what is done with each of its instances, and the whole in a zone with hosts that obey.

#include <doctest/doctest.h>

#include "zone/drain/drain_planner.h"
#include "zone/moving_hosts_for_test.h"

namespace hanse::zone {
namespace {

using model::MoveState;
using model::PowerState;

model::Instance running_instance() {
  model::Instance web;
  web.metadata.name = "web";
  web.status.host = "h1";
  return web;
}

DrainView says(PowerState power, bool exists = true) {
  return {.host_connected = true, .observed = model::MachineObserved{.power_state = power, .exists = exists}};
}

TEST_CASE("what runs or is stopped is moved, what was never made is placed anew") {
  model::Instance web = running_instance();
  CHECK(drain_decision(web, says(PowerState::running)).step == DrainStep::move);
  CHECK(drain_decision(web, says(PowerState::starting)).step == DrainStep::none);
  CHECK(drain_decision(web, {.host_connected = true}).step == DrainStep::none);
  web.spec.power = model::Power::stopped;
  CHECK(drain_decision(web, says(PowerState::stopped)).step == DrainStep::move);
  CHECK(drain_decision(web, says(PowerState::unknown, false)).step == DrainStep::re_place);
  // What the host said before it was told to stop is no word of what there is.
  CHECK(drain_decision(web, {.host_connected = true}).step == DrainStep::none);
  CHECK(drain_decision(web, says(PowerState::running)).step == DrainStep::none);
}

TEST_CASE("what is on its way or about to go is left alone") {
  model::Instance web = running_instance();
  web.status.transfer = "t-1";
  CHECK(drain_decision(web, says(PowerState::running)).step == DrainStep::none);
  web = running_instance();
  web.metadata.deleted_at = "2026-01-01T00:00:00Z";
  CHECK(drain_decision(web, says(PowerState::running)).step == DrainStep::none);
}

TEST_CASE("what stays has a reason with a remedy") {
  model::Instance web = running_instance();
  CHECK(drain_decision(web, {}).step == DrainStep::stay);
  web.spec.host = "h1";
  DrainView leaves = says(PowerState::running);
  leaves.leaves_zone = true;
  CHECK(drain_decision(web, leaves).step == DrainStep::move);
  const DrainDecision bound = drain_decision(web, says(PowerState::running));
  CHECK(bound.step == DrainStep::stay);
  CHECK(bound.reason.find("hanse migrate web --host") != std::string::npos);
}

struct DrainFixture : test_support::MovingHosts {
  DrainFixture() {
    for (const char* name : {"h1", "h2", "h3"}) add_host(name);
  }
  void drain(const std::string& name, std::int32_t concurrent = 2) {
    change_spec(name, {.schedulable = false, .drain = model::DrainSpec{.concurrent_moves = concurrent}});
  }
  model::DrainStatus status(const std::string& name) { return host(name).status.drain.value(); }
  int moving() {
    int count = 0;
    const auto instances = zone->tables().instances.all().value();
    for (const auto& instance : instances) count += instance->status.transfer.empty() ? 0 : 1;
    return count;
  }
};

TEST_CASE_FIXTURE(DrainFixture, "a drained host is emptied with no more moves at once than allowed") {
  for (const char* name : {"a", "b", "c"}) create_on("h1", name);
  drain("h1", 2);
  act_for(Seconds{2});
  CHECK(moving() == 2);
  CHECK(status("h1").remaining == 3);
  CHECK(status("h1").moving == 2);
  sent = MoveState::handed_over;
  act_for(Seconds{12});
  CHECK(status("h1") == model::DrainStatus{});
  for (const char* name : {"a", "b", "c"}) {
    CHECK(get(name).status.host != "h1");
    CHECK(get(name).status.power_state == PowerState::running);
  }
  // Nothing new comes until it is opened again.
  change_spec("h1", {});
  act_for(Seconds{1});
  CHECK_FALSE(host("h1").status.drain);
}

TEST_CASE_FIXTURE(DrainFixture,
                  "each move takes no more of the link than the drain allows, and sends as it says") {
  create_on("h1", "web");
  const model::DrainSpec wish{.max_rate = BytesPerSecond{8'000'000},
                              .streams = {.count = 4, .compression = model::Compression::zstd}};
  sent = MoveState::handed_over;
  change_spec("h1", {.schedulable = false, .drain = wish});
  act_for(Seconds{6});
  const auto transfers = zone->tables().transfers.all().value();
  REQUIRE(transfers.size() == 1);
  CHECK(transfers.front()->spec.limits.max_rate == wish.max_rate);
  CHECK(transfers.front()->spec.streams == wish.streams);
  CHECK(get("web").status.host != "h1");
}

TEST_CASE_FIXTURE(DrainFixture, "a zone that restarts goes on draining") {
  create_on("h1", "a");
  drain("h1");
  act_for(Seconds{2});
  restart_zone();
  sent = MoveState::handed_over;
  act_for(Seconds{60});
  CHECK(get("a").status.host != "h1");
  CHECK(status("h1").remaining == 0);
}

TEST_CASE_FIXTURE(DrainFixture, "a move that failed is tried again, and the status says why") {
  create_on("h1", "a");
  sent = MoveState::failed;
  drain("h1");
  act_for(Seconds{6});
  CHECK(get("a").status.host == "h1");
  REQUIRE(status("h1").reasons.size() == 1);
  CHECK(status("h1").reasons.front().instance == "default/default/a");
  CHECK(status("h1").reasons.front().reason.find("the link broke") != std::string::npos);
  sent = MoveState::handed_over;
  act_for(Seconds{40});
  CHECK(get("a").status.host != "h1");
}

TEST_CASE_FIXTURE(DrainFixture, "what has no room elsewhere stays until there is") {
  add_sku("large", 900);
  create_on("h1", "big", "large");
  create_on("h2", "two", "large");
  create_on("h3", "three", "large");
  drain("h1");
  act_for(Seconds{3});
  CHECK(status("h1").staying == 1);
  CHECK(status("h1").reasons.size() == 1);
  REQUIRE(wait(zone->frontends().instances.request_deletion(id("two"))));
  sent = MoveState::handed_over;
  act_for(Seconds{10});
  CHECK(get("big").status.host == "h2");
}

TEST_CASE_FIXTURE(DrainFixture, "to a host with other hardware goes what may be shut down for it") {
  create_on("h1", "a");
  for (const char* name : {"h2", "h3"}) set_schedulable(name, false);
  add_host("other", [](model::Inventory& inventory) { inventory.cpu_models = {"x86-64-v2"}; });
  drain("h1");
  act_for(Seconds{3});
  REQUIRE(status("h1").reasons.size() == 1);
  CHECK(status("h1").reasons.front().reason.find("it can be moved warm") != std::string::npos);
  // What is of memory alone is no matter of a move that sends none.
  change_spec("h1",
              {.schedulable = false, .drain = model::DrainSpec{.shut_down = true, .streams = {.count = 4}}});
  sent = MoveState::handed_over;
  act_for(Seconds{30});
  CHECK(get("a").status.host == "other");
  CHECK(get("a").spec.cpu_model == "x86-64-v2");
  CHECK(status("h1").remaining == 0);
}

TEST_CASE_FIXTURE(DrainFixture, "a stopped instance of which nothing was made is placed anew") {
  for (const char* name : {"h2", "h3"}) set_schedulable(name, false);
  model::Instance idle = instance("idle");
  idle.spec.power = model::Power::stopped;
  REQUIRE(wait(zone->frontends().instances.put(idle, std::nullopt)));
  act_for(Seconds{3});
  REQUIRE(get("idle").status.host == "h1");
  for (const char* name : {"h2", "h3"}) set_schedulable(name, true);
  drain("h1");
  act_for(Seconds{6});
  CHECK(get("idle").status.host != "h1");
  CHECK_FALSE(get("idle").status.host.empty());
  CHECK(status("h1").remaining == 0);
}

TEST_CASE_FIXTURE(DrainFixture, "a host that drains takes nothing new, and its spec must say so") {
  model::Host wanted = host("h1");
  wanted.spec = {.schedulable = true, .drain = model::DrainSpec{}};
  const auto refused = wait(zone->frontends().hosts.put(wanted, std::nullopt));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().sources.front().pointer == "/spec/schedulable");
  wanted.spec = {.schedulable = false, .drain = model::DrainSpec{.concurrent_moves = 0}};
  const auto none = wait(zone->frontends().hosts.put(wanted, std::nullopt));
  REQUIRE_FALSE(none);
  CHECK(none.error().sources.front().pointer == "/spec/drain/concurrentMoves");
  wanted.spec = {.schedulable = false, .drain = model::DrainSpec{.max_rate = BytesPerSecond{1}}};
  const auto slow = wait(zone->frontends().hosts.put(wanted, std::nullopt));
  REQUIRE_FALSE(slow);
  CHECK(slow.error().sources.front().pointer == "/spec/drain/maxRate");
  wanted.spec.drain = model::DrainSpec{.streams = {.count = 0}};
  const auto none_to_send = wait(zone->frontends().hosts.put(wanted, std::nullopt));
  REQUIRE_FALSE(none_to_send);
  CHECK(none_to_send.error().sources.front().pointer == "/spec/drain/streams/count");
}

TEST_CASE_FIXTURE(DrainFixture,
                  "a host drains to other zones, one after the other, and says why none takes it") {
  create_on("h1", "web");
  change_spec("h1", {.schedulable = false,
                     .drain = model::DrainSpec{.concurrent_moves = 1, .zones = {"warsaw", "lisbon"}}});
  act_for(Seconds{3});
  REQUIRE(status("h1").staying == 1);
  // Not even to a host of this zone that has room.
  CHECK(get("web").status.host == "h1");
  CHECK(zone->tables().transfers.all()->empty());
  const std::string reason = status("h1").reasons.at(0).reason;
  CHECK(reason.find("to zone 'lisbon'") != std::string::npos);
  CHECK(reason.find("not one that this zone trusts") != std::string::npos);
}

TEST_CASE_FIXTURE(DrainFixture, "hosts that drain to other zones at one moment share the bound") {
  federation::ZoneIdentity warsaw = identity_of("warsaw");
  REQUIRE(wait(warsaw.load_or_create()));
  trust(warsaw);
  restart_zone();
  create_on("h1", "a");
  create_on("h2", "b");
  Scope scope;
  for (const char* name : {"h1", "h2"}) {
    model::Host wanted = host(name);
    wanted.spec = {.schedulable = false,
                   .drain = model::DrainSpec{.concurrent_moves = 1, .zones = {"warsaw"}}};
    REQUIRE(scope.spawn([](auto& zone, auto changed) -> Task<void> {
      REQUIRE(co_await zone.frontends().hosts.put(std::move(changed), std::nullopt));
    }(*zone, std::move(wanted))));
  }
  act_for(Seconds{5});
  CHECK(moving() == 1);
}

}  // namespace
}  // namespace hanse::zone
