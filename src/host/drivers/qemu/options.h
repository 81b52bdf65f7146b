// What the qemu driver is told about its host. Plain data; main fills it from the configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/units.h"
#include "host/port_range.h"
#include "model/architecture.h"
#include "runtime/processes.h"

namespace hanse::host::qemu {

struct QemuOptions {
  // Absolute. Of the instances; paths of sockets below it must stay shorter than kMaxSocketPath.
  std::string data_dir;
  // Absolute; holds the blobs as "sha256-<64 digits>", readable by the guest user.
  std::string blob_dir;
  // QEMU and qemu-img run as this user, who must reach both folders. Absent: as the agent itself.
  std::optional<ProcessUser> guest_user;
  // Told to guests as their location.
  std::string zone;
  std::string host;
  // Where forwarded ports listen.
  std::string forward_address = "127.0.0.1";
  PortRange forward_ports{20000, 29999};
  // Where other hosts reach this one's incoming streams; empty: they do not, streams are relayed.
  std::string stream_address;
  PortRange stream_ports{30000, 30999};
  // Of the guests; with another than the machine's own they are emulated.
  std::string architecture{model::kX86.name};
  // What guests may use in all; zero: what the machine has.
  VcpuCount vcpu_limit;
  MiB memory_limit;
  // Guests are emulated where it is missing, may not be opened, or runs no ordinary guest.
  std::string kvm_device = "/dev/kvm";
  std::string emulator;  // empty: that of the architecture
  std::string disk_tool = "qemu-img";
  std::string seed_tool = "genisoimage";
};

}  // namespace hanse::host::qemu
