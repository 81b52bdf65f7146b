// What a driver finds when its agent starts again.
#include <doctest/doctest.h>

#include "host/drivers/qemu/machine_paths.h"
#include "host/drivers/qemu/machine_record.h"
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
  CHECK(driver.used_blobs().error().code == Code::failed_precondition);
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
  CHECK(driver.used_blobs().value().empty());
}

TEST_CASE("a machine that does not run uses what its disks lie over and what boots it") {
  test::TestRuntime world;
  const MachinePaths paths("/data", "m1");
  MachineRecord record{.intent = Intent::stopped};
  record.machine.uid = "m1";
  record.machine.disks = {{.uid = "d1", .size_mib = {1}, .base_digest = "sha256:base"},
                          {.uid = "d2", .size_mib = {1}}};
  record.machine.boot_blobs = {{model::BlobRole::kernel, "sha256:kernel", {}}};
  REQUIRE(test::complete(world.loop, save_record(world.runtime.files, paths.record(), record)).value());
  QemuDriver driver(world.runtime, {.data_dir = "/data", .blob_dir = "/blobs"});
  REQUIRE(test::complete(world.loop, driver.recover()).value());
  CHECK(driver.used_blobs().value() == std::set<std::string>{"sha256:base", "sha256:kernel"});
}

}  // namespace
}  // namespace hanse::host::qemu
