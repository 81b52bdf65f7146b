// Machine: what the driver holds for each machine it knows: the record on disk, the console's ring, and the
// session while QEMU runs. Plain data with the few steps that start, stop and moves share.
//
// Thread: the loop. One call at a time works on a machine; only its session changes by itself.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "host/drivers/qemu/console_ring.h"
#include "host/drivers/qemu/machine_paths.h"
#include "host/drivers/qemu/machine_record.h"
#include "host/drivers/qemu/options.h"
#include "host/drivers/qemu/session.h"
#include "runtime/runtime.h"

namespace hanse::host::qemu {

// What every part of the driver works with. Requires: outlives all of them.
struct DriverContext {
  Runtime& runtime;
  const QemuOptions& options;
  Logger log;
  Signal& changes;
  bool limits_refused = false;  // said once
};

struct Machine {
  Machine(const std::string& data_dir, MachineRecord known)
      : paths(data_dir, known.machine.uid), record(std::move(known)) {}

  const std::string& uid() const { return record.machine.uid; }
  bool lives() const { return session && !session->ended(); }

  MachinePaths paths;
  MachineRecord record;
  bool starting = false;    // QEMU is being launched
  bool unattached = false;  // there may be a QEMU that a broken off launch has left
  std::string error;        // why it could not run, or how it ended
  CopyProgress disk_progress;
  CopyProgress memory_progress;
  model::TransferLimits limits;          // of the move, as they are wanted
  model::TransferLimits applied_limits;  // as QEMU has them
  ConsoleRing ring;
  std::optional<ProcessId> guard;    // of the session's process, as it was started last
  std::unique_ptr<Session> session;  // attached; last: it writes to the ring
};

MachineState state_of(const Machine& machine);

// Writes the record with these changes; the machine has them only when they are on disk.
Task<Status> commit(DriverContext& context, Machine& machine, MachineRecord changed);

// Errors: failed_precondition naming the machine and what it does instead.
Status require_session(const Machine& machine);

}  // namespace hanse::host::qemu
