// What a driver finds when its agent starts again.
#include <doctest/doctest.h>

#include "host/drivers/qemu/machine_paths.h"
#include "host/drivers/qemu/qemu_driver.h"
#include "tests/support/http_service.h"
#include "tests/support/test_runtime.h"

namespace hanse::host::qemu {
namespace {

TEST_CASE("a machine whose record cannot be read is there, and nothing but its removal is done to it") {
  test::TestRuntime world;
  const MachinePaths paths("/data", "m1");
  REQUIRE(test::complete(world.loop, world.runtime.files.make_directories(paths.folder())).value());
  REQUIRE(test::complete(world.loop, world.runtime.files.write_atomically(paths.record(), "what is this"))
              .value());
  QemuDriver driver(world.runtime, {.data_dir = "/data", .blob_dir = "/blobs"});
  const auto found = test::complete(world.loop, driver.recover()).value();
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  const auto state = driver.observe("m1");
  REQUIRE(state);
  CHECK(state->run_state == RunState::failed);
  CHECK(state->error.find("machine.json") != std::string::npos);
  model::MachineSpec spec;
  spec.uid = "m1";
  spec.vcpu = {1};
  spec.memory_mib = {64};
  spec.disks = {{.uid = "d1", .size_mib = {1}}};
  const auto started = test::complete(world.loop, driver.start(spec, Epoch{1})).value();
  REQUIRE_FALSE(started);
  CHECK(started.error().code == Code::data_loss);
  REQUIRE(test::complete(world.loop, driver.remove("m1")).value());
  CHECK_FALSE(driver.observe("m1"));
}

}  // namespace
}  // namespace hanse::host::qemu
