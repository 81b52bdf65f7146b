// The command line of one QEMU process, from a machine's specification. Pure.
//
// Source and target of a move must have the same devices in the same order: everything that a guest sees
// comes from the MachineSpec alone; paths, ports and the accelerator come from the host.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/drivers/qemu/machine_paths.h"
#include "host/drivers/qemu/options.h"
#include "model/host_protocol.h"

namespace hanse::host::qemu {

struct LaunchPlan {
  model::MachineSpec machine;
  std::vector<model::PortForward> forwards;  // with host ports and addresses
  bool accelerated = false;                  // KVM
  bool incoming = false;
  std::int64_t clock_khz = 0;  // of the time stamp counter; 0: not known
};

// Errors: invalid_argument for a text that has no place in a command line.
Result<std::vector<std::string>> command_line(const QemuOptions& options, const MachinePaths& paths,
                                              const LaunchPlan& plan);

// The program that it begins with.
std::string emulator_of(const QemuOptions& options);

// Locally administered and made from the uid: an instance keeps it wherever it goes.
std::string mac_address(const std::string& uid);

// The names of disk `index` on both sides of a move.
std::string disk_node(std::size_t index);
std::string file_node(std::size_t index);  // below it
std::string mirror_job(std::size_t index);
std::string remote_node(std::size_t index);
// And on the source's side alone: what is written over a disk that is frozen, and the job that makes them
// one.
std::string top_node(std::size_t index);
std::string commit_job(std::size_t index);

}  // namespace hanse::host::qemu
