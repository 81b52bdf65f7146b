#include "host/drivers/qemu/command_line.h"

#include <algorithm>
#include <fmt/format.h>

#include "host/drivers/qemu/cpu_levels.h"
#include "host/drivers/qemu/guest_channel_codec.h"
#include "host/drivers/qemu/platform.h"

namespace hanse::host::qemu {
namespace {

constexpr const char* kSandbox = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

using Arguments = std::vector<std::string>;

void add(Arguments& out, std::string option, std::string value) {
  out.push_back(std::move(option));
  out.push_back(std::move(value));
}

// In QEMU's option lists a comma within a value is written twice.
std::string quoted(std::string_view value) {
  std::string out;
  for (const char c : value) {
    out += c;
    if (c == ',') out += c;
  }
  return out;
}

bool is_option_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

void add_machine(Arguments& out, const Platform& platform, const LaunchPlan& plan) {
  const model::MachineSpec& machine = plan.machine;
  const std::string_view type = machine.machine_type.empty() ? platform.machine_type : machine.machine_type;
  const bool only_own = plan.accelerated && !platform.kvm_has_models;
  const std::string_view usual = only_own ? platform.kvm_model : platform.cpu_model;
  const std::string_view cpu = machine.cpu_model.empty() ? usual : machine.cpu_model;
  add(out, "-machine",
      fmt::format("{}{},accel={}", type, platform.machine_options, plan.accelerated ? "kvm" : "tcg"));
  add(out, "-cpu", cpu_argument(cpu));
  add(out, "-smp", std::to_string(machine.vcpu.value));
  add(out, "-m", std::to_string(machine.memory_mib.value));
  add(out, "-rtc", "base=utc");
  if (!platform.firmware.empty()) add(out, "-bios", std::string(platform.firmware));
}

// What the kernel of an emulated guest has to be told.
std::string emulation_arguments(const Platform& platform, const LaunchPlan& plan) {
  std::string text(platform.emulation_arguments);
  if (!text.empty() && plan.clock_khz > 0) text += fmt::format(" tsc_early_khz={}", plan.clock_khz);
  return text;
}

Status add_direct_boot(Arguments& out, const QemuOptions& options, const LaunchPlan& plan) {
  for (const model::Blob& blob : plan.machine.boot_blobs) {
    HANSE_TRY(std::string path, blob_path(options.blob_dir, blob.digest));
    if (blob.role == model::BlobRole::kernel) {
      add(out, "-kernel", std::move(path));
    } else if (blob.role == model::BlobRole::initramfs) {
      add(out, "-initrd", std::move(path));
    }
  }
  std::string append = plan.machine.command_line;
  if (!plan.accelerated) {
    const std::string more = emulation_arguments(platform_of(options.architecture), plan);
    append += fmt::format("{}{}", append.empty() || more.empty() ? "" : " ", more);
  }
  if (!append.empty()) add(out, "-append", std::move(append));
  return {};
}

// The base is opened by name, so that QEMU follows no path that is written in an image.
Status add_disk(Arguments& out, const QemuOptions& options, const MachinePaths& paths,
                const model::DiskSpec& disk, std::size_t index) {
  const std::string node = disk_node(index);
  std::string backing;
  if (!disk.base_digest.empty()) {
    HANSE_TRY(const std::string base, blob_path(options.blob_dir, disk.base_digest));
    add(out, "-blockdev",
        fmt::format("driver=file,node-name={}-base-file,filename={},read-only=on", node, quoted(base)));
    add(out, "-blockdev",
        fmt::format("driver=qcow2,node-name={0}-base,file={0}-base-file,read-only=on", node));
    backing = fmt::format(",backing={}-base", node);
  }
  add(out, "-blockdev",
      fmt::format("driver=file,node-name={},filename={}", file_node(index), quoted(paths.disk(disk.uid))));
  add(out, "-blockdev", fmt::format("driver=qcow2,node-name={},file={}{}", node, file_node(index), backing));
  add(out, "-device",
      fmt::format("virtio-blk-pci,drive={0},id={0}-device,serial={1},bootindex={2}", node,
                  disk.uid.substr(0, 20), index + 1));
  return {};
}

void add_seed(Arguments& out, const MachinePaths& paths) {
  add(out, "-blockdev",
      fmt::format("driver=file,node-name=seed0-file,filename={},read-only=on", quoted(paths.seed())));
  add(out, "-blockdev", "driver=raw,node-name=seed0,file=seed0-file,read-only=on");
  add(out, "-device", "virtio-blk-pci,drive=seed0,id=seed0-device");
}

Status add_network(Arguments& out, const LaunchPlan& plan) {
  std::string netdev = "user,id=net0";
  for (const model::PortForward& forward : plan.forwards) {
    if (forward.protocol != "tcp" && forward.protocol != "udp")
      return fail(Code::invalid_argument, "cannot forward protocol '{}'; use tcp or udp", forward.protocol);
    netdev += fmt::format(",hostfwd={}:{}:{}-:{}", forward.protocol, quoted(forward.address),
                          forward.host_port, forward.guest_port);
  }
  add(out, "-netdev", std::move(netdev));
  add(out, "-device",
      fmt::format("virtio-net-pci,netdev=net0,id=net0-device,romfile=,mac={}",
                  mac_address(plan.machine.uid)));
  return {};
}

void add_channels(Arguments& out, const MachinePaths& paths) {
  const auto socket = [](const char* id, const std::string& path) {
    return fmt::format("socket,id={},path={},server=on,wait=off", id, quoted(path));
  };
  add(out, "-device", "virtio-serial-pci,id=serial0");
  add(out, "-chardev", socket("guest0", paths.guest()));
  add(out, "-device", fmt::format("virtserialport,bus=serial0.0,chardev=guest0,name={}", kGuestPort));
  add(out, "-object", "rng-random,id=rng0,filename=/dev/urandom");
  add(out, "-device", "virtio-rng-pci,rng=rng0");
  add(out, "-chardev", socket("console0", paths.serial()));
  add(out, "-serial", "chardev:console0");
  add(out, "-qmp", fmt::format("unix:{},server=on,wait=off", quoted(paths.monitor())));
}

}  // namespace

Result<std::vector<std::string>> command_line(const QemuOptions& options, const MachinePaths& paths,
                                              const LaunchPlan& plan) {
  const model::MachineSpec& machine = plan.machine;
  for (const std::string& name : {machine.machine_type, machine.cpu_model}) {
    if (!name.empty() && !is_option_name(name))
      return fail(Code::invalid_argument, "'{}' is no name of a machine type or CPU model", name);
  }
  Arguments out{emulator_of(options)};
  add(out, "-name", "guest=" + quoted(machine.title));
  add(out, "-nodefaults", "-no-user-config");
  add(out, "-display", "none");
  add(out, "-sandbox", kSandbox);
  add(out, "-pidfile", paths.pid_file());
  add_machine(out, platform_of(options.architecture), plan);
  if (!machine.boot_blobs.empty()) HANSE_CHECK(add_direct_boot(out, options, plan));
  for (std::size_t index = 0; index < machine.disks.size(); ++index)
    HANSE_CHECK(add_disk(out, options, paths, machine.disks[index], index));
  add_seed(out, paths);
  HANSE_CHECK(add_network(out, plan));
  add_channels(out, paths);
  if (plan.incoming) {
    out.push_back("-S");
    add(out, "-incoming", "defer");
  }
  return out;
}

std::string emulator_of(const QemuOptions& options) {
  if (!options.emulator.empty()) return options.emulator;
  return std::string(platform_of(options.architecture).emulator);
}

std::string mac_address(const std::string& uid) {
  // FNV-1a; 52:54:00 is the prefix that QEMU's guests are known by.
  std::uint32_t hash = 2166136261U;
  for (const char c : uid) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return fmt::format("52:54:00:{:02x}:{:02x}:{:02x}", (hash >> 16) & 255, (hash >> 8) & 255, hash & 255);
}

std::string disk_node(std::size_t index) {
  return fmt::format("disk{}", index);
}
std::string file_node(std::size_t index) {
  return fmt::format("disk{}-file", index);
}
std::string mirror_job(std::size_t index) {
  return fmt::format("mirror{}", index);
}
std::string remote_node(std::size_t index) {
  return fmt::format("disk{}-remote", index);
}
std::string top_node(std::size_t index) {
  return fmt::format("disk{}-top", index);
}
std::string commit_job(std::size_t index) {
  return fmt::format("commit{}", index);
}

}  // namespace hanse::host::qemu
