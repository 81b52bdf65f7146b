// Limits of memory and CPU for a QEMU process, in a control group of version 1 or 2 below the agent's own.
// Each process has its own, as a machine that moves between two hosts of one computer has two for a while.
// Where none can be written the machine runs without, and the log says so once. Their paths are written down
// before they are made: an agent that starts in another control group, or `hanse testbed down`, finds them.
#pragma once

#include <string>

#include "host/drivers/qemu/machine.h"

namespace hanse::host::qemu {

Task<void> limit_process(DriverContext& context, const Machine& machine, ProcessId process);
// Requires: its process has ended. Without groups it does nothing.
Task<void> release_limits(DriverContext& context, const Machine& machine);

// The shell commands that make the groups, write their paths into the file `list` and move the process into
// them, and that remove the groups of that list. `root`: of the control groups. Pure.
std::string limit_script(const model::MachineSpec& machine, const ProcessId& process, const std::string& list,
                         const std::string& root = "/sys/fs/cgroup");
std::string release_script(const std::string& list);

}  // namespace hanse::host::qemu
