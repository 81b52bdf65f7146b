// A move between two hosts of one zone, in a whole zone with hosts that do what the test says.

#include <doctest/doctest.h>

#include "zone/transfers/within_zone_for_test.h"

namespace hanse::zone {
namespace {

using model::MoveGoal;
using model::MoveState;
using model::PowerState;
using test_support::WithinZoneFixture;
using Phase = model::TransferPhase;

TEST_CASE_FIXTURE(WithinZoneFixture, "a running instance moves from one host of the zone to another") {
  const std::string name = begin_move();
  CHECK(get("web").status.host == "h1");
  CHECK(get("web").status.other_host == "h2");
  CHECK(told("h1").epoch == Epoch{1});
  REQUIRE(told("h1").move);
  CHECK(told("h1").move->goal == MoveGoal::send);
  CHECK(told("h1").move->seed_endpoint == "10.0.0.9:1");
  CHECK(told("h2").epoch == Epoch{2});
  REQUIRE(told("h2").move);
  CHECK(told("h2").move->goal == MoveGoal::receive);
  // Each trusts the other's certificate for this transfer.
  CHECK_FALSE(told("h1").move->credentials.peer_ca_pem.empty());
  CHECK_FALSE(told("h2").move->credentials.peer_ca_pem.empty());
  CHECK(told("h1").move->credentials.peer_ca_pem != told("h2").move->credentials.peer_ca_pem);

  sent = MoveState::handed_over;
  act_for(Seconds{5});
  CHECK(phase(name) == Phase::completed);
  const model::InstanceStatus now = get("web").status;
  CHECK(now.host == "h2");
  CHECK(now.epoch == Epoch{2});
  CHECK(now.power_state == PowerState::running);
  CHECK(now.transfer.empty());
  CHECK_FALSE(now.other_host);
  CHECK(now.block_storages == std::vector<std::string>{"web-boot"});
  CHECK_FALSE(told("h2").move);
  CHECK(told("h1").goal == model::MachineGoal::absent);
  CHECK_FALSE(has_left_copy("h1"));
  const model::Transfer ended = zone->transfers().get(id(name)).value();
  CHECK(ended.status.source_host == "h1");
  CHECK(ended.spec.target_zone == "helsinki");
  CHECK(ended.status.report);
}

TEST_CASE_FIXTURE(WithinZoneFixture, "what has moved moves back, once its old copy is gone") {
  sent = MoveState::handed_over;
  REQUIRE(move("h2"));
  act_for(Seconds{5});
  const auto back = move("h1");
  REQUIRE_MESSAGE(back.has_value(), back.error().message);
  act_for(Seconds{5});
  CHECK(get("web").status.host == "h1");
  CHECK(get("web").status.epoch == Epoch{3});
}

TEST_CASE_FIXTURE(WithinZoneFixture,
                  "of a post-copy the old host hears of the commit, and the new one follows") {
  const auto begun =
      wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                    {.instance = "web", .host = "h2", .streams = {.post_copy = true}}));
  REQUIRE_MESSAGE(begun.has_value(), begun.error().message);
  const std::string name = begun->metadata.name;
  act_for(Seconds{2});
  CHECK_FALSE(told("h1").move->committed);
  hosts.erase("h2");  // it does not say yet that it runs
  sent = MoveState::switch_ready;
  act_for(Seconds{2});
  CHECK(phase(name) == Phase::committed);
  REQUIRE(told("h1").move);
  CHECK(told("h1").move->goal == MoveGoal::send);
  CHECK(told("h1").move->committed);
  CHECK(told("h1").epoch == Epoch{1});
  // What its user may give up is the memory that is still to come.
  CHECK_FALSE(wait(zone->instance_actions().stop(id("web"))));
  CHECK(wait(zone->instance_actions().restart(id("web"))));
  connect("h2");
  act_for(Millis{200});
  REQUIRE(told("h2").move);
  CHECK(told("h2").move->goal == MoveGoal::follow);
  CHECK(told("h2").epoch == Epoch{2});
  act_for(Seconds{5});
  CHECK(phase(name) == Phase::completed);
  CHECK_FALSE(told("h2").move);
}

TEST_CASE_FIXTURE(WithinZoneFixture, "a host that is not known to run it any more is waited for") {
  const std::string name = begin_move();
  hosts["h1"]->observe(answer(told("h1"), MoveState::handed_over));
  pass(Millis{200});
  REQUIRE(phase(name) == Phase::committed);
  model::MachineObserved seen = answer(told("h2"), sent);
  REQUIRE(seen.power_state == PowerState::running);
  hosts["h2"]->observe(seen);
  pass(Millis{100});
  seen.power_state = PowerState::unknown;  // before its first heartbeat
  hosts["h2"]->observe(seen);
  pass(Seconds{1});
  CHECK(phase(name) == Phase::committed);
  seen.power_state = PowerState::running;
  hosts["h2"]->observe(seen);
  pass(Seconds{1});
  CHECK(phase(name) == Phase::completed);
}

TEST_CASE_FIXTURE(WithinZoneFixture,
                  "a move that fails leaves the instance where it is, and nothing at the target") {
  const std::string name = begin_move();
  sent = MoveState::failed;
  act_for(Seconds{6});
  CHECK(phase(name) == Phase::rolled_back);
  CHECK(zone->transfers().get(id(name)).value().status.failure == "the link broke");
  CHECK(get("web").status.host == "h1");
  CHECK(get("web").status.epoch == Epoch{1});
  CHECK_FALSE(get("web").status.other_host);
  CHECK(told("h2").goal == model::MachineGoal::absent);
  CHECK(told("h1").goal == model::MachineGoal::running);
  CHECK_FALSE(told("h1").move);
  CHECK_FALSE(has_left_copy("h2"));
}

TEST_CASE_FIXTURE(WithinZoneFixture, "a move is cancelled before its commit point") {
  const std::string name = begin_move();
  REQUIRE(wait(zone->transfers().cancel(id(name))));
  act_for(Seconds{6});
  CHECK(phase(name) == Phase::cancelled);
  CHECK(get("web").status.host == "h1");
  CHECK(told("h2").goal == model::MachineGoal::absent);
}

TEST_CASE_FIXTURE(WithinZoneFixture, "both ends are told how memory is sent") {
  const model::StreamOptions streams{.count = 3, .compression = model::Compression::zstd};
  REQUIRE(wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                        {.instance = "web", .host = "h2", .streams = streams})));
  act_for(Seconds{2});
  for (const char* host : {"h1", "h2"}) {
    REQUIRE(told(host).move);
    CHECK(told(host).move->streams == streams);
  }
}

TEST_CASE_FIXTURE(WithinZoneFixture, "a forecast says what a move would be refused for") {
  const auto obstacles = [this](const model::TransferSpec& spec) {
    const auto forecast =
        wait(zone->transfers().forecast({.tenant = "default", .workspace = "default"}, spec));
    REQUIRE_MESSAGE(forecast.has_value(), forecast.error().message);
    std::string text;
    for (const model::TransferObstacle& obstacle : forecast->obstacles)
      text += obstacle.zone + ": " + obstacle.reason + "\n";
    return text;
  };
  CHECK(obstacles({.instance = "web", .host = "h2"}).empty());
  // It holds nothing afterwards.
  CHECK(zone->capacity().free_on("h2")->vcpu == VcpuCount{4});
  CHECK(wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                      {.instance = "web", .host = "h2", .limits = {.paused = true}}))
            .error()
            .code == Code::invalid_argument);
  CHECK(obstacles({.instance = "web", .host = "h1"}).find("on host 'h1' already") != std::string::npos);
  CHECK(obstacles({.instance = "web", .target_zone = "warsaw"}).find("not one that this zone trusts") !=
        std::string::npos);
  set_schedulable("h2", false);
  hosts.erase("h1");
  pass(Seconds{1});
  const std::string two = obstacles({.instance = "web", .host = "h2"});
  CHECK(two.find("takes nothing new") != std::string::npos);
  CHECK(two.find("is not connected") != std::string::npos);
  CHECK(zone->tables().transfers.all()->empty());
}

TEST_CASE_FIXTURE(WithinZoneFixture, "limits are changed while it moves, and kept over a restart") {
  const std::string name = begin_move();
  REQUIRE(wait(zone->transfers().limit(id(name), {.paused = true, .max_rate = BytesPerSecond{2'000'000}})));
  act_for(Seconds{2});
  REQUIRE(told("h1").move);
  CHECK(told("h1").move->limits == model::TransferLimits{true, BytesPerSecond{2'000'000}, std::nullopt});
  const auto refused = wait(zone->transfers().limit(id(name), {.max_rate = BytesPerSecond{1}}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::invalid_argument);
  hosts.clear();
  restart();
  CHECK(zone->transfers().get(id(name))->spec.limits.paused);
  connect("h1");
  connect("h2");
  act_for(Seconds{2});
  REQUIRE(told("h1").move);
  CHECK(told("h1").move->limits.paused);
}

TEST_CASE_FIXTURE(WithinZoneFixture, "of a warm move no stop is planned, so none is limited") {
  const auto begun =
      wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                    {.instance = "web", .host = "h2", .mode = model::TransferMode::warm}));
  REQUIRE_MESSAGE(begun.has_value(), begun.error().message);
  const auto limit = [&](const model::TransferLimitsChange& change) {
    return wait(zone->transfers().limit(id(begun->metadata.name), change));
  };
  CHECK(limit({.max_rate = BytesPerSecond{2'000'000}}));
  const auto refused = limit({.max_blackout_ms = 300});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().sources.at(0).pointer == "/maxBlackoutMs");
}

TEST_CASE_FIXTURE(WithinZoneFixture, "what has ended has no limits to change") {
  const std::string name = begin_move();
  sent = MoveState::handed_over;
  act_for(Seconds{5});
  REQUIRE(phase(name) == Phase::completed);
  const auto refused = wait(zone->transfers().limit(id(name), {.paused = true}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::failed_precondition);
}

TEST_CASE_FIXTURE(WithinZoneFixture, "a zone that restarts while the target prepares gives the move up") {
  const auto begun = move("h2");
  REQUIRE(begun);
  restart_zone();
  act_for(Seconds{8});
  CHECK(phase(begun->metadata.name) == Phase::rolled_back);
  CHECK(get("web").status.host == "h1");
  CHECK(told("h2").goal == model::MachineGoal::absent);
}

TEST_CASE_FIXTURE(WithinZoneFixture, "one that is bound to a host is bound to the new one") {
  REQUIRE(wait(zone->tables().instances.update(id("web"), [](model::Instance& web) -> Status {
    web.spec.host = "h1";
    return {};
  })));
  sent = MoveState::handed_over;
  REQUIRE(move("h2"));
  act_for(Seconds{5});
  CHECK(get("web").status.host == "h2");
  CHECK(get("web").spec.host == "h2");
}

TEST_CASE_FIXTURE(WithinZoneFixture, "while it moves it has its room on both hosts") {
  add_sku("large", 900);  // of 1024, and the moving one has 192
  begin_move();
  create("other", "large");
  CHECK(get("other").status.host.empty());
  restart_zone();  // the record says it, and no memory of this zone
  act_for(Seconds{5});
  CHECK(get("other").status.host.empty());
  sent = MoveState::handed_over;
  act_for(Seconds{8});
  CHECK(get("web").status.host == "h2");
  CHECK(get("other").status.host == "h1");
}

TEST_CASE_FIXTURE(WithinZoneFixture, "a host that cannot take it is refused with the reason") {
  const auto refused = [&](const std::string& host, Code code, const std::string& part) {
    const auto answer = move(host);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == code);
    CHECK_MESSAGE(answer.error().message.find(part) != std::string::npos, answer.error().message);
    REQUIRE(answer.error().sources.size() == 1);
    CHECK(answer.error().sources.front().pointer == "/spec/host");
    CHECK(get("web").status.transfer.empty());
  };
  refused("h9", Code::not_found, "hanse get hosts");
  refused("h1", Code::failed_precondition, "is on host 'h1' already");
  set_schedulable("h2", false);
  refused("h2", Code::failed_precondition, "hanse uncordon h2");
  set_schedulable("h2", true);
  add_sku("large", 900);
  create("other", "large");
  CHECK(get("other").status.host == "h2");
  refused("h2", Code::resource_exhausted, "name another host");
  hosts.erase("h2");
  pass(Seconds{1});
  refused("h2", Code::failed_precondition, "is not connected");
  REQUIRE(wait(zone->tables().instances.update(id("web"), [](model::Instance& web) -> Status {
    web.spec.cpu_model = "another";
    return {};
  })));
  connect("h2");
  refused("h2", Code::resource_exhausted, "CPU model");
}

TEST_CASE_FIXTURE(WithinZoneFixture, "only the own zone's hosts can be named") {
  const auto answer =
      wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                    {.instance = "web", .target_zone = "lisbon", .host = "h2"}));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == Code::invalid_argument);
}

TEST_CASE_FIXTURE(WithinZoneFixture, "what only a live move needs of its target is not asked of others") {
  const auto connect_with = [this](const std::string& name,
                                   const std::function<void(model::Inventory&)>& change) {
    hosts.erase(name);
    hosts[name] = std::make_unique<test::ScriptedHost>(world.runtime, zone->hosts(), name, "boot-2", change);
    hosts[name]->obey = false;
    act_for(Seconds{2});
  };
  const auto post_copy = [this] {
    return wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                         {.instance = "web", .host = "h2", .streams = {.post_copy = true}}));
  };
  connect_with("h2",
               [](model::Inventory& inventory) { inventory.no_post_copy_reason = "it is not allowed"; });
  const auto refused = post_copy();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("it is not allowed") != std::string::npos);
  // Its own host cannot send it live, so it moves warm.
  connect_with("h1", [](model::Inventory& inventory) { inventory.live_moves = false; });
  const auto warm = post_copy();
  REQUIRE_MESSAGE(warm.has_value(), warm.error().message);
  CHECK(warm->status.mode == model::TransferMode::warm);
}

TEST_CASE_FIXTURE(WithinZoneFixture,
                  "an instance that was created stopped moves, though nothing of it was made") {
  set_schedulable("h2", false);
  model::Instance wanted = instance("asleep");
  wanted.spec.sku_ref = "skus/tiny";
  wanted.spec.power = model::Power::stopped;
  REQUIRE(wait(zone->frontends().instances.put(wanted, std::nullopt)));
  act_for(Seconds{3});
  set_schedulable("h2", true);
  REQUIRE(get("asleep").status.host == "h1");
  const auto begun = wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                                   {.instance = "asleep", .host = "h2"}));
  REQUIRE_MESSAGE(begun.has_value(), begun.error().message);
  CHECK(begun->status.mode == model::TransferMode::cold);
  act_for(Seconds{2});
  REQUIRE(MovingHosts::told("h1", "asleep").move);
  CHECK(MovingHosts::told("h1", "asleep").move->goal == MoveGoal::send);
}

}  // namespace
}  // namespace hanse::zone
