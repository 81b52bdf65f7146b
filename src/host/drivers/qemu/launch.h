// Starting QEMU for a machine, finding one that runs already, and ending one.
//
// Failure: unavailable when QEMU cannot be started or ends at once, with the end of what it said.
#pragma once

#include <cstdint>
#include <string>

#include "host/drivers/qemu/command_line.h"
#include "host/drivers/qemu/machine.h"

namespace hanse::host::qemu {

struct HostFacts {
  bool accelerated = false;
  std::int64_t clock_khz = 0;
};

// The end of what QEMU wrote into that file.
Task<std::string> log_tail(Runtime& runtime, std::string path);

// Makes the session. Requires: folders, disks and seed are there, the record has its forwards and intent.
Task<Status> launch(DriverContext& context, Machine& machine, HostFacts facts);

// Makes the session with a QEMU that an earlier run of the agent has started. False: there is none.
Task<Result<bool>> attach_to_running(DriverContext& context, Machine& machine);

// Ends QEMU for good: asks it, then kills it. Errors: unavailable when even that does not end it.
Task<Status> end_process(DriverContext& context, Machine& machine);

}  // namespace hanse::host::qemu
