// Limits of memory and CPU for a QEMU process, in a control group of version 1 or 2 below the agent's own.
// Where none can be written the machine runs without, and the log says so once.
#pragma once

#include <string>

#include "host/drivers/qemu/machine.h"

namespace hanse::host::qemu {

Task<void> limit_process(DriverContext& context, model::MachineSpec machine, ProcessId process);
// Requires: its process has ended.
Task<void> release_limits(DriverContext& context, std::string uid);

// The shell command that makes the groups and moves the process into them. Pure.
std::string limit_script(const model::MachineSpec& machine, const ProcessId& process);

}  // namespace hanse::host::qemu
