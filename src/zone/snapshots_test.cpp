// Snapshots of an instance as its zone keeps them, with a host that says what becomes of them.
#include <doctest/doctest.h>

#include "tests/support/zone_fixture.h"
#include "zone/instance_status.h"

namespace hanse::zone {
namespace {

using model::SnapshotGoal;
using model::SnapshotState;
using Observed = model::SnapshotObservedState;

struct SnapshotsFixture : test::ZoneFixture {
  std::unique_ptr<test::ScriptedHost> host;

  SnapshotsFixture() {
    add_host_record("h1");
    add_sku();
    add_image();
    host = std::make_unique<test::ScriptedHost>(world.runtime, zone->hosts(), "h1", "boot-1");
    pass(Seconds{1});
    REQUIRE(wait(zone->frontends().instances.put(instance("web"), std::nullopt)));
    pass(Seconds{3});
  }
  Result<model::Instance> take(const std::string& name, bool memory = false) {
    auto taken = wait(zone->instance_actions().take_snapshot(id("web"), name, memory));
    pass(Seconds{1});
    return taken;
  }
  Result<model::Instance> restore(const std::string& name) {
    auto restored = wait(zone->instance_actions().restore_snapshot(id("web"), name));
    pass(Seconds{1});
    return restored;
  }
  const model::MachineDesired& desired() { return host->desired.at(get("web").metadata.uid); }
  const model::Snapshot& snapshot() {
    last = get("web");
    return last.status.snapshots.at(0);
  }
  // The host runs it, and has done this.
  void say(Observed state, const std::string& error = "") {
    model::MachineObserved view = running();
    view.snapshots = {{.uid = desired().snapshots.at(0).uid,
                       .state = state,
                       .parts = {{"disk", 4096}},
                       .size = Bytes{1000},
                       .error = error}};
    host->observe(view);
    pass(Seconds{1});
  }
  model::MachineObserved running() {
    return {.uid = desired().machine.uid,
            .generation = desired().generation,
            .epoch = desired().epoch,
            .power_state = model::PowerState::running};
  }
  model::Instance last;
};

TEST_CASE_FIXTURE(SnapshotsFixture, "one is asked for, taken, kept, and goes when it is deleted") {
  REQUIRE(take("before"));
  CHECK(desired().snapshots.at(0).goal == SnapshotGoal::take);
  CHECK(snapshot().state == SnapshotState::pending);
  REQUIRE(take("before"));
  CHECK(get("web").status.snapshots.size() == 1);
  say(Observed::taking);
  CHECK(snapshot().state == SnapshotState::pending);
  say(Observed::ready);
  CHECK(snapshot().state == SnapshotState::ready);
  CHECK(snapshot().size == Bytes{1000});
  CHECK(desired().snapshots.at(0).goal == SnapshotGoal::keep);
  CHECK(desired().snapshots.at(0).parts == std::vector<model::SnapshotPart>{{"disk", 4096}});
  CHECK(take("before").error().code == Code::already_exists);
  REQUIRE(wait(zone->instance_actions().delete_snapshot(id("web"), "before")));
  pass(Seconds{1});
  CHECK(desired().snapshots.at(0).goal == SnapshotGoal::drop);
  // An old word of the host's counts no more.
  say(Observed::ready);
  CHECK(snapshot().state == SnapshotState::deleting);
  say(Observed::gone);
  CHECK(get("web").status.snapshots.empty());
  CHECK(desired().snapshots.empty());
  CHECK(wait(zone->instance_actions().delete_snapshot(id("web"), "before")));
}

TEST_CASE_FIXTURE(SnapshotsFixture,
                  "one that fails says why; one that its host has lost says so and is not taken anew") {
  REQUIRE(take("before"));
  SUBCASE("failed") {
    say(Observed::failed, "the disk is full");
    CHECK(snapshot().state == SnapshotState::failed);
    CHECK(snapshot().failure == "the disk is full");
  }
  SUBCASE("lost") {
    say(Observed::ready);
    say(Observed::failed, "its host has it no more");
    CHECK(snapshot().state == SnapshotState::lost);
  }
  CHECK(desired().snapshots.empty());
  CHECK(restore("before").error().code == Code::failed_precondition);
}

TEST_CASE_FIXTURE(SnapshotsFixture,
                  "a wish to be restored stands until the host has fulfilled it, or cannot") {
  REQUIRE(take("before"));
  CHECK(restore("before").error().code == Code::failed_precondition);
  say(Observed::ready);
  CHECK(restore("other").error().code == Code::not_found);
  REQUIRE(restore("before"));
  REQUIRE(desired().restore);
  const model::SnapshotRestore wish = *desired().restore;
  CHECK(wish.snapshot == snapshot().uid);
  CHECK(restore("before").error().code == Code::failed_precondition);
  CHECK(take("later").error().code == Code::failed_precondition);
  model::MachineObserved view = running();
  view.restored = "another wish";
  host->observe(view);
  pass(Seconds{1});
  CHECK(get("web").status.restore == wish);
  view.restored = wish.id;
  SUBCASE("done") {}
  SUBCASE("not possible") {
    view.restore_error = "snapshot is damaged";
  }
  host->observe(view);
  pass(Seconds{1});
  CHECK_FALSE(get("web").status.restore);
  CHECK_FALSE(desired().restore);
  const auto& conditions = get("web").status.conditions;
  const bool failed = !view.restore_error.empty();
  CHECK(std::any_of(conditions.begin(), conditions.end(), [&](const model::Condition& condition) {
    return condition.type == "Restored" && condition.reason == (failed ? "NotRestored" : "Restored");
  }));
}

TEST_CASE_FIXTURE(SnapshotsFixture,
                  "a wish to be restored says why it waits, and is cancelled as its host says") {
  const auto cancel = [&](const std::string& name) {
    auto asked = wait(zone->instance_actions().cancel_restore(id("web"), name));
    pass(Seconds{1});
    return asked;
  };
  REQUIRE(take("before"));
  say(Observed::ready);
  REQUIRE(cancel("before"));
  REQUIRE(restore("before"));
  const std::string wish = desired().restore->id;
  model::MachineObserved view = running();
  const auto observe = [&] {
    host->observe(view);
    pass(Seconds{1});
  };
  view.restore_waits = "the file is locked";
  observe();
  CHECK(get("web").status.restore->reason == "the file is locked");
  CHECK_FALSE(desired().restore->reason);
  REQUIRE(cancel("other"));
  CHECK_FALSE(desired().restore->cancelled);
  SUBCASE("before anything was overwritten") {
    REQUIRE(cancel("before"));
    REQUIRE(cancel("before"));
    CHECK(desired().restore->cancelled);
    view.restored = wish;
    view.restore_error = "it was cancelled";
    observe();
    CHECK_FALSE(get("web").status.restore);
    CHECK(get("web").status.conditions.front().reason != "NotRestored");
    CHECK(restore("before"));
  }
  SUBCASE("after that, as the zone knows") {
    view.restore_begun = wish;
    observe();
    const auto refused = cancel("before");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::failed_precondition);
    CHECK(refused.error().message.find("delete the instance") != std::string::npos);
  }
  SUBCASE("after that, as the zone learns") {
    REQUIRE(cancel("before"));
    view.restore_begun = wish;
    observe();
    CHECK(get("web").status.restore->begun);
    CHECK_FALSE(get("web").status.restore->cancelled);
    CHECK_FALSE(desired().restore->cancelled);
  }
}

TEST_CASE_FIXTURE(SnapshotsFixture,
                  "an instance has so many and no more, and none of a name that cannot be") {
  for (std::size_t i = 0; i < model::kMaxSnapshots; ++i) REQUIRE(take(fmt::format("s{}", i)));
  CHECK(take("more").error().code == Code::resource_exhausted);
  CHECK(take("../x").error().code == Code::invalid_argument);
}

TEST_CASE_FIXTURE(SnapshotsFixture,
                  "what changes a snapshot and what moves the instance wait for each other") {
  REQUIRE(take("before"));
  const auto refused = wait(zone->transfers().create(id("web"), {.instance = "web", .target_zone = "south"}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("snapshot 'before'") != std::string::npos);
}

TEST_CASE_FIXTURE(SnapshotsFixture, "nothing is brought back while another snapshot is taken") {
  REQUIRE(take("before"));
  say(Observed::ready);
  REQUIRE(take("keep-this"));
  const auto refused = restore("before");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("'keep-this'") != std::string::npos);
}

TEST_CASE_FIXTURE(SnapshotsFixture, "a host without room for the snapshots is not chosen for a move") {
  add_host_record("h2");
  test::ScriptedHost other(world.runtime, zone->hosts(), "h2", "boot-2");
  pass(Seconds{1});
  REQUIRE(take("before"));
  say(Observed::ready);
  REQUIRE(wait(zone->tables().instances.update(id("web"), [](model::Instance& web) -> Status {
    web.status.snapshots[0].size = to_bytes(MiB{5'000});
    return {};
  })));
  pass(Seconds{1});
  const auto obstacles = [&] {
    const auto forecast = wait(zone->transfers().forecast(id("web"), {.instance = "web", .host = "h2"}));
    std::string all;
    if (forecast) {
      for (const auto& obstacle : forecast->obstacles) all += obstacle.reason + "\n";
    }
    return all;
  };
  CHECK(obstacles().find("of disk") == std::string::npos);
  other.send(model::HostFrame::ping, to_json(model::HostPing{.sequence = 1, .disk_mib = MiB{6'000}}));
  pass(Seconds{1});
  CHECK(obstacles().find("it has 6000 MiB of disk free and 6024 MiB are needed") != std::string::npos);
  other.send(model::HostFrame::ping, to_json(model::HostPing{.sequence = 2, .disk_mib = MiB{6'024}}));
  pass(Seconds{1});
  CHECK(obstacles().find("of disk") == std::string::npos);
}

TEST_CASE("snapshots from another zone are looked at before anything is made of them") {
  const std::vector<model::Snapshot> good{{.name = "a", .uid = "u1", .parts = {{"disk", 10}}}};
  CHECK(check(good, "/s"));
  const auto refused = [&](auto change) {
    std::vector<model::Snapshot> bad = good;
    change(bad);
    return !check(bad, "/s");
  };
  CHECK(refused([](auto& all) { all[0].uid = "../x"; }));
  CHECK(refused([](auto& all) { all[0].parts[0].name = "a/b"; }));
  CHECK(refused([](auto& all) { all[0].parts[0].chunks = -1; }));
  CHECK(refused([](auto& all) { all[0].parts[0].chunks = std::int64_t{1} << 40; }));
  CHECK(refused([](auto& all) { all[0].parts.resize(100, {"disk", 1}); }));
  CHECK(refused([](auto& all) { all.push_back(all[0]); }));
  CHECK(refused([](auto& all) { all.resize(100); }));
}

}  // namespace
}  // namespace hanse::zone
