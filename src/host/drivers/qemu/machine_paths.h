// Where the parts of one machine lie. Pure.
//
//   <data_dir>/instances/<uid>/            the agent's: nobody else writes here
//     machine.json                         MachineRecord
//     lease  guard.lock                    of a machine that runs by a lease, see guard.h
//     qemu.log                             what QEMU says on its standard output and error
//     control_groups                       those that were made for it, a path a line, see limits.h
//     run/                                 the guest user's: QEMU can reach nothing else
//       qemu.pid  qmp.sock  serial.sock  guest.sock  seed.iso  disk-<uid>.qcow2
//       disk-<uid>.top.qcow2               over a disk that is frozen for a move, see frozen_disks.h
//       guest.state                        of a snapshot that is taken or brought back, see saved_state.h
//       seeding.sock                       an incoming move: the agent writes its disks
//       memory.sock  nbd.sock              an incoming move that is relayed
//       tls/                               certificates of a move under way
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hanse::host::qemu {

// The kernel's limit for the path of a unix socket, without the final zero.
inline constexpr std::size_t kMaxSocketPath = 107;

class MachinePaths {
 public:
  MachinePaths(const std::string& data_dir, const std::string& uid)
      : folder_(instances_folder(data_dir) + "/" + uid) {}

  static std::string instances_folder(const std::string& data_dir) { return data_dir + "/instances"; }

  const std::string& folder() const { return folder_; }
  std::string record() const { return folder_ + "/machine.json"; }
  std::string lease() const { return folder_ + "/lease"; }
  std::string log() const { return folder_ + "/qemu.log"; }
  std::string control_groups() const { return folder_ + "/control_groups"; }
  std::string run_folder() const { return folder_ + "/run"; }
  std::string in_run(std::string_view name) const { return folder_ + "/run/" + std::string(name); }
  std::string pid_file() const { return in_run("qemu.pid"); }
  std::string monitor() const { return in_run("qmp.sock"); }
  std::string serial() const { return in_run("serial.sock"); }
  std::string guest() const { return in_run("guest.sock"); }
  std::string seed() const { return in_run("seed.iso"); }
  std::string disk(std::string_view uid) const { return in_run("disk-" + std::string(uid) + ".qcow2"); }
  // While the disk is frozen: what was written since.
  std::string disk_top(std::string_view uid) const {
    return in_run("disk-" + std::string(uid) + ".top.qcow2");
  }
  // Of the guest, for a snapshot or from one.
  std::string saved_state() const { return in_run("guest.state"); }
  std::string seeding_socket() const { return in_run("seeding.sock"); }
  std::string memory_socket() const { return in_run("memory.sock"); }
  std::string disk_socket() const { return in_run("nbd.sock"); }

 private:
  std::string folder_;
};

// A uid becomes a file name. Errors: invalid_argument.
Status check_uid(std::string_view uid);
// Errors: failed_precondition when the sockets' paths would be too long, with the remedy.
Status check_socket_paths(const MachinePaths& paths);

// "sha256:<digits>" -> "<blob_dir>/sha256-<digits>". Errors: invalid_argument.
Result<std::string> blob_path(const std::string& blob_dir, std::string_view digest);

}  // namespace hanse::host::qemu
