#include "host/drivers/simulated/simulated_host.h"

#include <deque>
#include <doctest/doctest.h>

#include "host/fakes_for_test.h"
#include "runtime/seeded_random.h"
#include "tests/support/fake_hashing.h"

namespace hanse::host::simulated {
namespace {

using model::MachineGoal;
using model::PowerState;
using test_support::FakeZone;
using test_support::moving;
using test_support::wanted;

struct SimulatedHostFixture {
  FakeZone zone;
  test::TestRuntime& world = zone.world;
  SeededRandom random{7};
  LocalWire wire;
  Fleet fleet{world.loop, world.loop, random, wire, {.write_interval = Nanos{0}}};
  NoBlobs blobs;
  NoPaths paths;
  MoveMarkers markers{world.files, "/moves"};
  test::FakeHashing hashing{world.files};
  store::NoChunks chunks;
  SeedContext seeding{.parts = {world.runtime, hashing, chunks}};
  SnapshotStore snapshots{world.runtime, hashing, ":memory:"};
  SharedParts parts{world.runtime, fleet, blobs, paths, markers, seeding, snapshots, "0.1"};
  std::deque<SimulatedHost> hosts;
  Scope scope;

  SimulatedHostFixture() { zone.service.start(); }
  SimulatedHost& add(const std::string& name, Nanos delay) {
    model::Inventory inventory = default_inventory();
    inventory.vcpu = {8};
    hosts.emplace_back(parts, SimulatedHostConfig{.name = name,
                                                  .zone_endpoint = test::kService,
                                                  .tls = {.certificate_pem = "certificate of " + name},
                                                  .inventory = inventory});
    REQUIRE(scope.spawn(hosts.back().run(delay)));
    return hosts.back();
  }
};

TEST_CASE("a simulated host connects in its turn, as itself, and runs what its zone wants") {
  SimulatedHostFixture fleet;
  fleet.zone.desired = {wanted("m1", MachineGoal::running)};
  const SimulatedHost& host = fleet.add("simulated-000001", Seconds{20});
  fleet.zone.run(Seconds{19});
  CHECK_FALSE(host.connected());
  CHECK(fleet.zone.dialled.empty());
  fleet.zone.run(Seconds{10});
  CHECK(host.connected());
  REQUIRE(fleet.zone.hellos.size() == 1);
  CHECK(fleet.zone.certificates[0] == "certificate of simulated-000001");
  CHECK(fleet.zone.hellos[0].name == "simulated-000001");
  CHECK(fleet.zone.hellos[0].inventory.vcpu == VcpuCount{8});
  REQUIRE(fleet.zone.last("m1") != nullptr);
  CHECK(fleet.zone.last("m1")->power_state == PowerState::running);
}

TEST_CASE("hosts of one process have machines and boot ids of their own") {
  SimulatedHostFixture fleet;
  fleet.zone.desired = {wanted("m1", MachineGoal::running)};
  fleet.add("simulated-000001", Nanos{1});
  fleet.add("simulated-000002", Seconds{5});  // the zone of this test speaks to who came last
  fleet.zone.run(Seconds{10});
  REQUIRE(fleet.zone.hellos.size() == 2);
  CHECK(fleet.zone.hellos[0].boot_id != fleet.zone.hellos[1].boot_id);
  CHECK(fleet.fleet.machines().size() == 2);
  CHECK(fleet.fleet.find("simulated-000002", "m1") != nullptr);
}

TEST_CASE("a simulated host refuses to send a machine, and goes on running it") {
  SimulatedHostFixture fleet;
  fleet.zone.desired = {wanted("m1", MachineGoal::running)};
  fleet.add("simulated-000001", Nanos{1});
  fleet.zone.run(Seconds{10});
  fleet.zone.say(model::HostFrame::desired, to_json(moving("m1", model::MoveGoal::send)));
  fleet.zone.run(Seconds{10});
  REQUIRE(fleet.zone.last("m1")->move);
  CHECK(fleet.zone.last("m1")->move->error.find("takes no part in moves") != std::string::npos);
  CHECK(fleet.fleet.find("simulated-000001", "m1")->state.run_state == RunState::running);
}

TEST_CASE("a guest that writes nothing crashes in its time, too, and is booted again") {
  test::TestRuntime world;
  LocalWire wire;
  Fleet fleet(world.loop, world.loop, world.random, wire,
              {.write_interval = Nanos{0}, .mean_time_to_failure = Seconds{10}});
  REQUIRE(fleet.boot("h1", {.uid = "m1"}, Epoch{1}));
  world.loop.run(Seconds{600});
  CHECK(fleet.find("h1", "m1")->state.run_state == RunState::failed);
  REQUIRE(fleet.boot("h1", {.uid = "m1"}, Epoch{1}));
  world.loop.run(Seconds{3});
  CHECK(is_executing(fleet.find("h1", "m1")->state.run_state));
}

TEST_CASE("the same seed gives the same numbers") {
  SeededRandom one(3);
  SeededRandom same(3);
  SeededRandom other(4);
  const std::uint64_t first = one.next();
  CHECK(first == same.next());
  CHECK(first != other.next());
}

}  // namespace
}  // namespace hanse::host::simulated
