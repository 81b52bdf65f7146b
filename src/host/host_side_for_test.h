// For tests of machines and moves: a host with one machine, over a runtime that it may share with others.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/fakes_for_test.h"
#include "host/machine.h"
#include "store/memory_chunks.h"
#include "tests/support/fake_driver.h"
#include "tests/support/fake_hashing.h"
#include "tests/support/test_runtime.h"

namespace hanse::host::test_support {

class AllBlobs final : public BlobSource {
 public:
  Task<Status> ensure(model::Blob blob) override {
    asked.push_back(blob.digest);
    co_return result;
  }
  std::vector<std::string> asked;
  Status result;
};

// What it sends goes to whoever listens at kFakeSeedEndpoint, where a host receives.
struct HostSide {
  HostSide(test::TestRuntime& world, const std::string& name)
      : runtime(world.runtime),
        driver(world.loop),
        markers(world.files, "/" + name + "/moves"),
        leases(world.runtime, driver, [] {}),
        hashing(world.files),
        chunks(hashing),
        seeding{.parts = {world.runtime, hashing, chunks},
                .stream_address = "10.0.0.2",
                .stream_ports = {3, 3},
                .socket_folder = "/" + name + "/relays"},
        snapshots(world.runtime, hashing, ":memory:"),
        context{world.runtime, driver, blobs, paths, markers, leases, seeding, snapshots},
        machine(std::make_unique<Machine>(context, "m1")) {}

  void want(model::MachineDesired desired) { machine->set_desired(std::move(desired)); }
  // The agent dies and comes back: its memory is lost, the machine, its state and the markers are not.
  void restart_agent() {
    machine.reset();
    machine = std::make_unique<Machine>(context, "m1");
  }
  model::MoveObserved move() const { return machine->observed().move.value_or(model::MoveObserved()); }

  Runtime& runtime;
  test::FakeDriver driver;
  AllBlobs blobs;
  DirectPaths paths;
  MoveMarkers markers;
  Leases leases;
  test::FakeHashing hashing;
  store::MemoryChunks chunks;
  SeedContext seeding;
  SnapshotStore snapshots;
  MachineContext context;
  std::unique_ptr<Machine> machine;
};

inline model::MachineDesired desired(model::MachineGoal goal, std::int64_t epoch = 1) {
  model::MachineDesired wanted{.generation = 7, .epoch = {epoch}, .goal = goal};
  wanted.machine.uid = "m1";
  wanted.machine.disks = {{"d1", {16}, "sha256:base", {100}}};
  return wanted;
}

inline model::MachineDesired move_order(model::MoveGoal goal, std::int64_t epoch = 1,
                                        std::string transfer = "t1") {
  model::MachineDesired wanted = desired(model::MachineGoal::running, epoch);
  wanted.move = model::MoveOrder{.transfer = std::move(transfer), .goal = goal};
  return wanted;
}

}  // namespace hanse::host::test_support
