#include "host/drivers/qemu/command_line.h"

#include <algorithm>
#include <doctest/doctest.h>

namespace hanse::host::qemu {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

LaunchPlan witness() {
  LaunchPlan plan;
  plan.machine.uid = "u1";
  plan.machine.title = "t/w/n";
  plan.machine.memory_mib = MiB{192};
  plan.machine.disks = {model::DiskSpec{.uid = "d1", .size_mib = MiB{256}, .base_digest = kDigest}};
  plan.forwards = {model::PortForward{.guest_port = 80, .host_port = 20001, .address = "127.0.0.1"}};
  return plan;
}

std::vector<std::string> line_of(const LaunchPlan& plan) {
  QemuOptions options;
  options.data_dir = "/data";
  options.blob_dir = "/blobs";
  auto line = command_line(options, MachinePaths("/data", plan.machine.uid), plan);
  REQUIRE(line);
  return *line;
}

bool has(const std::vector<std::string>& line, std::string_view option, std::string_view value) {
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    if (line[i] == option && line[i + 1] == value) return true;
  }
  return false;
}

bool mentions(const std::vector<std::string>& line, std::string_view part) {
  return std::any_of(line.begin(), line.end(),
                     [&](const std::string& argument) { return argument.find(part) != std::string::npos; });
}

TEST_CASE("a machine that boots from its disk") {
  const auto line = line_of(witness());
  CHECK(line.front() == "qemu-system-x86_64");
  CHECK(has(line, "-machine", "pc-q35-10.0,accel=tcg"));
  CHECK(has(line, "-cpu", "qemu64"));
  CHECK(has(line, "-m", "192"));
  CHECK(has(line, "-blockdev", "driver=qcow2,node-name=disk0,file=disk0-file,backing=disk0-base"));
  CHECK(mentions(line, "filename=/blobs/sha256-aaaa"));
  CHECK(has(line, "-netdev", "user,id=net0,hostfwd=tcp:127.0.0.1:20001-:80"));
  CHECK(has(line, "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"));
  CHECK_FALSE(mentions(line, "-append"));
  CHECK_FALSE(mentions(line, "-incoming"));
}

TEST_CASE("a direct boot adds what an emulated kernel needs to keep time, after the image's own arguments") {
  LaunchPlan plan = witness();
  plan.machine.boot_blobs = {model::Blob{.role = model::BlobRole::kernel, .digest = kDigest}};
  plan.machine.command_line = "console=ttyS0 quiet";
  plan.clock_khz = 2'100'000;
  CHECK(
      has(line_of(plan), "-append", "console=ttyS0 quiet tsc=reliable no_timer_check tsc_early_khz=2100000"));
  plan.accelerated = true;
  CHECK(has(line_of(plan), "-append", "console=ttyS0 quiet"));
}

TEST_CASE("a guest of 64-bit Arm has another program, machine and firmware, and the same devices") {
  QemuOptions options;
  options.data_dir = "/data";
  options.blob_dir = "/blobs";
  LaunchPlan plan = witness();
  plan.machine.boot_blobs = {model::Blob{model::BlobRole::kernel, kDigest, {1}}};
  plan.machine.command_line = "console=ttyAMA0";
  plan.clock_khz = 2'100'000;
  const auto usual = line_of(plan);
  options.architecture = "aarch64";
  const auto line = command_line(options, MachinePaths("/data", plan.machine.uid), plan);
  REQUIRE(line);
  CHECK(line->front() == "qemu-system-aarch64");
  CHECK(has(*line, "-machine", "virt-10.0,gic-version=3,accel=tcg"));
  CHECK(has(*line, "-cpu", "cortex-a72"));
  CHECK(has(*line, "-bios", "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd"));
  CHECK(has(*line, "-append", "console=ttyAMA0"));
  CHECK_FALSE(mentions(usual, "-bios"));
  const auto devices = [](const std::vector<std::string>& of) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i + 1 < of.size(); ++i) {
      if (of[i] == "-device") found.push_back(of[i + 1]);
    }
    return found;
  };
  CHECK(devices(*line) == devices(usual));
  options.emulator = "/opt/qemu";
  CHECK(command_line(options, MachinePaths("/data", plan.machine.uid), plan)->front() == "/opt/qemu");
}

TEST_CASE("source and target differ in -incoming alone") {
  LaunchPlan plan = witness();
  const auto source = line_of(plan);
  plan.incoming = true;
  auto target = line_of(plan);
  REQUIRE(target.size() == source.size() + 3);
  CHECK(std::vector<std::string>(target.end() - 3, target.end()) ==
        std::vector<std::string>{"-S", "-incoming", "defer"});
  target.resize(source.size());
  CHECK(target == source);
}

TEST_CASE("texts of users cannot add options") {
  LaunchPlan plan = witness();
  plan.machine.title = "a,debug-threads=on";
  CHECK(has(line_of(plan), "-name", "guest=a,,debug-threads=on"));
  plan.machine.cpu_model = "qemu64,+vmx";
  CHECK(command_line({}, MachinePaths("/data", "u"), plan).error().code == Code::invalid_argument);
  plan = witness();
  plan.machine.disks[0].base_digest = "../../etc/passwd";
  CHECK(command_line({}, MachinePaths("/data", "u"), plan).error().code == Code::invalid_argument);
}

TEST_CASE("a uid is a file name and nothing else") {
  CHECK(check_uid("3f2a-b_9"));
  for (const char* bad : {"", "..", "a/b", "-x", "a b"}) CHECK_FALSE(check_uid(bad));
  CHECK_FALSE(check_uid(std::string(65, 'a')));
}

TEST_CASE("a data folder too deep for unix sockets is refused") {
  CHECK(check_socket_paths(MachinePaths("/var/lib/hanse", std::string(36, 'a'))));
  CHECK_FALSE(check_socket_paths(MachinePaths("/" + std::string(60, 'x'), std::string(36, 'a'))));
}

TEST_CASE("an instance's MAC address depends on its uid alone") {
  CHECK(mac_address("a") == mac_address("a"));
  CHECK(mac_address("a") != mac_address("b"));
  CHECK(mac_address("a").starts_with("52:54:00:"));
}

}  // namespace
}  // namespace hanse::host::qemu
