#include "host/machines.h"

#include <doctest/doctest.h>

#include "host/host_side_for_test.h"
#include "tests/support/fake_driver.h"
#include "tests/support/fake_hashing.h"

namespace hanse::host {
namespace {

using model::MachineGoal;
using model::MoveGoal;
using model::MoveState;
using model::PowerState;
using test_support::moving;
using test_support::wanted;

class NoBlobs final : public BlobSource {
 public:
  Task<Status> ensure(model::Blob) override { co_return Status(); }
};

struct Told {
  Nanos at{0};
  model::MachineObserved view;
};

struct MachinesFixture {
  test::TestRuntime world;
  test::FakeDriver driver{world.loop};
  NoBlobs blobs;
  test_support::DirectPaths paths;
  MoveMarkers markers{world.files, "/moves"};
  Leases leases{world.runtime, driver, [] {}};
  test::FakeHashing hashing{world.files};
  store::NoChunks chunks;
  SeedContext seeding{
      .parts = {world.runtime, hashing, chunks}, .stream_address = "10.0.0.2", .stream_ports = {3, 3}};
  SnapshotStore snapshots{world.runtime, hashing, ":memory:"};
  MachineContext context{world.runtime, driver, blobs, paths, markers, leases, seeding, snapshots};
  std::vector<Told> told;
  std::unique_ptr<Machines> machines;
  std::unique_ptr<Scope> scope;

  MachinesFixture() { restart(); }

  void restart() {
    scope.reset();
    machines = std::make_unique<Machines>(context, [this](model::MachineObserved view) {
      told.push_back({world.loop.now().time_since_epoch(), std::move(view)});
    });
    const auto recovered = test::complete(world.loop, machines->recover());
    REQUIRE(recovered);
    REQUIRE(*recovered);
    scope = std::make_unique<Scope>();
    REQUIRE(scope->spawn(machines->report_changes()));
    told.clear();
  }
  void run(Nanos time) {
    world.loop.schedule(time, [] {});
    world.loop.run(time);
  }
  void reconnect() {
    told.clear();
    machines->stream_opened();
    run(Millis{0});
  }
  std::vector<model::MachineObserved> of(const std::string& uid) const {
    std::vector<model::MachineObserved> views;
    for (const Told& each : told)
      if (each.view.uid == uid) views.push_back(each.view);
    return views;
  }
};

TEST_CASE("what the zone wants is done, and each change is told once") {
  MachinesFixture host;
  host.machines->set_desired(wanted("m1", MachineGoal::running, 4));
  REQUIRE(host.of("m1").size() == 1);
  CHECK(host.of("m1")[0].generation == 4);
  CHECK_FALSE(host.of("m1")[0].exists);
  host.run(Seconds{10});
  REQUIRE(host.of("m1").size() == 2);
  CHECK(host.of("m1")[1].power_state == PowerState::running);
  host.machines->set_desired(wanted("m1", MachineGoal::running, 5));
  CHECK(host.of("m1").back().generation == 5);
  host.driver.changes().notify();
  host.run(Seconds{10});
  CHECK(host.of("m1").size() == 3);
}

TEST_CASE("after a restart the machines are there and told, and none is touched") {
  MachinesFixture host;
  host.machines->set_desired(wanted("m1", MachineGoal::running));
  host.run(Seconds{10});
  const std::size_t calls = host.driver.calls().size();
  host.restart();
  CHECK(host.machines->size() == 1);
  host.reconnect();
  REQUIRE(host.of("m1").size() == 1);
  CHECK(host.of("m1")[0].power_state == PowerState::running);
  host.machines->synced();  // the zone names none: that ends no machine
  host.run(Seconds{60});
  CHECK(host.machines->size() == 1);
  host.machines->set_desired(wanted("m1", MachineGoal::running));
  host.run(Seconds{10});
  CHECK(host.driver.calls().size() == calls);
}

TEST_CASE("a new stream is told everything again") {
  MachinesFixture host;
  host.machines->set_desired(wanted("m1", MachineGoal::running));
  host.machines->set_desired(wanted("m2", MachineGoal::running));
  host.run(Seconds{10});
  host.reconnect();
  CHECK(host.of("m1").size() == 1);
  CHECK(host.of("m2").size() == 1);
}

TEST_CASE("a machine that is gone is told so, and forgotten when the zone does not name it") {
  MachinesFixture host;
  host.machines->set_desired(wanted("m1", MachineGoal::running));
  host.run(Seconds{10});
  host.machines->set_desired(wanted("m1", MachineGoal::absent, 2));
  host.run(Seconds{10});
  CHECK_FALSE(host.of("m1").back().exists);
  host.reconnect();
  REQUIRE(host.of("m1").size() == 1);
  CHECK_FALSE(host.of("m1")[0].exists);
  host.machines->set_desired(wanted("m1", MachineGoal::absent, 2));
  host.machines->synced();
  CHECK(host.machines->size() == 1);
  host.reconnect();
  host.machines->synced();
  CHECK(host.machines->size() == 0);
}

TEST_CASE("a zone that wants a machine gone that this host never had hears that it is gone") {
  MachinesFixture host;
  host.machines->set_desired(wanted("m1", MachineGoal::absent, 2));
  host.run(Seconds{10});
  CHECK_FALSE(host.of("m1").back().exists);
  CHECK(host.of("m1").back().generation == 2);
}

TEST_CASE("on a long stream those that are gone are forgotten in time") {
  MachinesFixture host;
  for (int i = 0; i < 50; ++i) {
    host.machines->set_desired(wanted("m" + std::to_string(i), MachineGoal::absent));
    host.run(Seconds{60});
  }
  CHECK(host.machines->size() < 15);
}

TEST_CASE("progress is told twice a second at most, the hand-over at once") {
  MachinesFixture host;
  host.machines->set_desired(wanted("m1", MachineGoal::running));
  host.run(Seconds{10});
  test_support::HostSide target(host.world, "target");
  target.want(moving("m1", MoveGoal::receive));
  host.run(Seconds{10});
  host.driver.hang("copy_memory");
  host.machines->set_desired(moving("m1", MoveGoal::send));
  host.run(Seconds{10});
  host.told.clear();
  for (int i = 0; i < 100; ++i) {
    host.driver.memory_copied.sent += Bytes{1000};
    host.run(Millis{100});
  }
  CHECK(host.told.size() >= 18);
  CHECK(host.told.size() <= 21);
  for (std::size_t i = 1; i < host.told.size(); ++i)
    CHECK(host.told[i].at - host.told[i - 1].at >= kProgressInterval);
}

TEST_CASE("memory that is not counted yet is ahead, so that the percentage does not fall back") {
  MachinesFixture host;
  model::MachineDesired order = moving("m1", MoveGoal::send);
  order.machine.memory_mib = MiB{100};
  host.machines->set_desired(wanted("m1", MachineGoal::running));
  host.run(Seconds{10});
  test_support::HostSide target(host.world, "target");
  target.want(moving("m1", MoveGoal::receive));
  host.run(Seconds{10});
  host.driver.hang("copy_memory");
  host.machines->set_desired(order);
  host.run(Seconds{1});
  CHECK(host.told.back().view.move->progress.percent == 0);
  CHECK(host.told.back().view.move->progress.remaining_bytes == Bytes{100 << 20});
  host.driver.memory_copied = {.sent = Bytes{30}, .remaining = Bytes{10}};
  host.run(Seconds{1});
  CHECK(host.told.back().view.move->progress.percent == 75);
}

TEST_CASE("a state that changes right after progress was told is told at once") {
  MachinesFixture host;
  host.machines->set_desired(wanted("m1", MachineGoal::running));
  host.run(Seconds{10});
  test_support::HostSide target(host.world, "target");
  target.want(moving("m1", MoveGoal::receive));
  host.run(Seconds{10});
  host.machines->set_desired(moving("m1", MoveGoal::send));
  const Nanos limit = Seconds{40};
  while (host.world.loop.now().time_since_epoch() < limit &&
         host.driver.observe("m1")->run_state != RunState::handed_over) {
    host.driver.memory_copied.sent += Bytes{1000};
    host.run(Millis{10});
  }
  const Nanos handed_over = host.world.loop.now().time_since_epoch();
  host.run(Millis{10});
  REQUIRE_FALSE(host.told.empty());
  CHECK(host.told.back().view.move->state == MoveState::handed_over);
  CHECK(host.told.back().at <= handed_over);
}

TEST_CASE("only what this host receives itself is known as an end of a transfer") {
  MachinesFixture host;
  host.machines->set_desired(moving("m1", MoveGoal::receive));
  CHECK_FALSE(host.machines->receives_at("t1", test_support::kFakeSeedEndpoint));
  CHECK_FALSE(host.machines->receives_at("t1", ""));
  host.run(Seconds{10});
  CHECK(host.machines->receives_at("t1", test_support::kFakeSeedEndpoint));
  CHECK_FALSE(host.machines->receives_at("t1", "10.0.0.9:1"));
  test_support::HostSide source(host.world, "source");
  source.want(wanted("m1", MachineGoal::running));
  host.run(Seconds{10});
  source.want(moving("m1", MoveGoal::send));
  host.run(Seconds{10});
  CHECK(host.machines->receives_at("t1", "10.0.0.9:1"));
  CHECK(host.machines->receives_at("t1", "10.0.0.9:2"));
  CHECK_FALSE(host.machines->receives_at("t2", "10.0.0.9:1"));
  CHECK_FALSE(host.machines->receives_at("t1", "10.0.0.9:22"));
}

TEST_CASE("a discarded machine is forgotten when the zone does not name it") {
  MachinesFixture host;
  host.machines->set_desired(moving("m1", MoveGoal::receive));
  host.run(Seconds{10});
  host.machines->set_desired(moving("m1", MoveGoal::discard));
  host.run(Seconds{10});
  CHECK(host.of("m1").back().move->state == MoveState::discarded);
  host.reconnect();
  host.machines->synced();
  CHECK(host.machines->size() == 0);
}

TEST_CASE("a uid that cannot name a file is refused") {
  MachinesFixture host;
  for (const char* uid : {"", "../m1", "a/b", "-rf"})
    host.machines->set_desired(wanted(uid, MachineGoal::running));
  host.run(Seconds{10});
  CHECK(host.machines->size() == 0);
  CHECK(host.told.empty());
  CHECK(host.driver.calls().empty());
}

}  // namespace
}  // namespace hanse::host
