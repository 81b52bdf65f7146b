// One real machine on one host: its life, and what an agent that was away finds.
#include <csignal>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

#include "runtime/sleep.h"
#include "tests/qemu/qemu_world.h"

namespace hanse::test {
namespace {

using host::RunState;

constexpr Nanos kGrace = Seconds{20};

Task<Status> wait_state(QemuWorld& world, QemuDriver* driver, RunState wanted) {
  for (;;) {
    const auto seen = driver->changes().version();
    if (driver->observe(kUid)->run_state == wanted) co_return Status();
    const MonotonicTime before = world.runtime().clock.now();
    co_await driver->changes().changed_since(seen, kGrace);
    if (world.runtime().clock.now() - before >= kGrace)
      co_return fail(Code::deadline_exceeded, "the machine did not reach its state");
  }
}

// The witness hears of its location with its first heartbeat, and tells it a moment later.
Task<Result<std::string>> ask_when_located(QemuWorld& world, host::qemu::QemuDriver* driver) {
  const MonotonicTime deadline = world.runtime().clock.now() + kGrace;
  while (true) {
    HANSE_CO_TRY(std::string answer, co_await world.ask(driver, "/"));
    if (answer.find("\"location\": \"test/a\"") != std::string::npos) co_return answer;
    if (world.runtime().clock.now() >= deadline)
      co_return fail(Code::deadline_exceeded, "the witness does not know where it is: {}", answer);
    co_await sleep_for(world.runtime().scheduler, Millis{100});
  }
}

Task<Status> live_and_stop(QemuWorld& world) {
  const auto driver = world.make_driver("a");
  HANSE_CO_CHECK(co_await driver->recover());
  HANSE_CO_CHECK(co_await driver->start(world.witness(), Epoch{1}));
  HANSE_CO_CHECK(co_await driver->start(world.witness(), Epoch{1}));  // again: nothing to do
  HANSE_CO_CHECK(co_await world.wait_heartbeat(driver.get()));
  HANSE_CO_TRY(const std::string answer, co_await ask_when_located(world, driver.get()));
  CHECK(answer.find("\"hostname\": \"witness\"") != std::string::npos);
  HANSE_CO_CHECK(co_await driver->write_console(kUid, "\n"));
  HANSE_CO_CHECK(co_await world.check_witness(driver.get()));
  HANSE_CO_CHECK(co_await driver->stop(kUid, kGrace));
  CHECK(driver->observe(kUid)->run_state == RunState::stopped);
  CHECK(driver->console(kUid, 0).text.find("heartbeat") != std::string::npos);
  // Stopped cleanly: what it wrote is there when it starts again.
  HANSE_CO_CHECK(co_await driver->start(world.witness(), Epoch{1}));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(driver.get()));
  HANSE_CO_CHECK(co_await world.check_witness(driver.get()));
  HANSE_CO_CHECK(co_await driver->remove(kUid));
  CHECK_FALSE(driver->observe(kUid));
  co_return co_await driver->remove(kUid);  // absent already is good
}

Task<Status> agent_away(QemuWorld& world) {
  auto driver = world.make_driver("a");
  HANSE_CO_CHECK(co_await driver->start(world.witness(), Epoch{7}));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(driver.get()));
  const int port = driver->observe(kUid)->forwards.at(0).host_port;
  driver = world.make_driver("a");
  HANSE_CO_TRY(auto found, co_await driver->recover());
  REQUIRE(found.size() == 1);
  CHECK(found[0].run_state == RunState::running);
  CHECK(found[0].epoch == Epoch{7});
  CHECK(found[0].forwards.at(0).host_port == port);
  HANSE_CO_CHECK(co_await world.wait_heartbeat(driver.get()));
  world.signal_machine("a", SIGKILL);
  HANSE_CO_CHECK(co_await wait_state(world, driver.get(), RunState::failed));
  driver = world.make_driver("a");
  HANSE_CO_TRY(found, co_await driver->recover());
  CHECK(found.at(0).run_state == RunState::stopped);
  co_return co_await driver->remove(kUid);
}

Task<Status> host_without_base(QemuWorld& world) {
  const auto driver = world.make_driver("a");
  model::MachineSpec machine = world.witness();
  machine.disks[0].base_digest = "sha256:" + std::string(64, 'f');
  const Status started = co_await driver->start(machine, Epoch{1});
  CHECK(started.error().code == Code::data_loss);
  CHECK(driver->observe(kUid)->run_state == RunState::failed);
  co_return co_await driver->remove(kUid);
}

Task<Status> tell_inventory(QemuWorld& world) {
  const auto driver = world.make_driver("a");
  HANSE_CO_TRY(const model::Inventory inventory, co_await driver->inventory());
  CHECK(inventory.hypervisor.starts_with("qemu "));
  CHECK(inventory.vcpu > VcpuCount{0});
  CHECK(inventory.memory_mib > MiB{0});
  const auto has = [](const std::vector<std::string>& names, const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  CHECK(has(inventory.cpu_models, "qemu64"));
  CHECK_FALSE(has(inventory.cpu_models, "max"));
  CHECK(has(inventory.machine_types, "pc-q35-10.0"));
  co_return Status();
}

// A KVM that is there and does not serve: QEMU ends when it is told to use it.
Task<Status> tell_inventory_without_kvm(QemuWorld& world) {
  const std::string emulator = world.folder() + "/qemu-without-kvm";
  std::ofstream(emulator) << "#!/bin/sh\n"
                             "case \"$*\" in *accel=kvm*) echo 'may not be opened' >&2; exit 1 ;; esac\n"
                             "exec qemu-system-x86_64 \"$@\"\n";
  std::filesystem::permissions(emulator, std::filesystem::perms(0755));
  host::qemu::QemuOptions options = world.options("a");
  options.emulator = emulator;
  options.kvm_device = "/dev/null";
  host::qemu::QemuDriver driver(world.runtime(), options);
  HANSE_CO_TRY(const model::Inventory inventory, co_await driver.inventory());
  CHECK_FALSE(inventory.accelerated);
  CHECK_FALSE(inventory.cpu_models.empty());
  co_return Status();
}

TEST_SUITE_BEGIN("machine");

// Nobody renews the lease: the agent is gone, as its driver is here.
Task<Status> lease_over(QemuWorld& world) {
  auto driver = world.make_driver("a");
  driver->keep_for(kUid, Seconds{60});
  HANSE_CO_CHECK(co_await driver->start(world.witness(), Epoch{1}));
  HANSE_CO_CHECK(co_await world.wait_heartbeat(driver.get()));
  driver->keep_for(kUid, Seconds{4});
  co_await sleep_for(world.runtime().scheduler, Seconds{1});
  CHECK(driver->observe(kUid)->run_state == RunState::running);
  driver = world.make_driver("a");
  HANSE_CO_TRY(const auto found, co_await driver->recover());
  CHECK(found.at(0).run_state == RunState::running);
  HANSE_CO_CHECK(co_await wait_state(world, driver.get(), RunState::failed));
  co_return co_await driver->remove(kUid);
}

TEST_CASE("a machine starts, serves, powers off by ACPI and starts again with its disk") {
  QemuWorld world;
  world.run(live_and_stop(world));
}

TEST_CASE("an agent that was away finds its machine running, and a dead one stopped") {
  QemuWorld world;
  world.run(agent_away(world));
}

TEST_CASE("a machine whose base is missing does not start") {
  QemuWorld world;
  world.run(host_without_base(world));
}

TEST_CASE("a host whose KVM does not serve emulates its guests") {
  QemuWorld world;
  world.run(tell_inventory_without_kvm(world));
}

TEST_CASE("the host tells what it can run") {
  QemuWorld world;
  world.run(tell_inventory(world));
}

TEST_CASE("a machine ends with its lease, whoever else is gone") {
  QemuWorld world;
  world.run(lease_over(world));
}

TEST_SUITE_END();

}  // namespace
}  // namespace hanse::test
