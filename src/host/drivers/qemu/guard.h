// The guard: a small process beside a QEMU that runs by a lease. It ends that QEMU when the time in the lease
// file is over, whether the agent that writes it still is or not; a file that is missing is over. Without a
// guard an agent that ends while its zone is out of reach would leave a machine running that is restarted
// elsewhere.
//
// Time is /proc/uptime, which also passes while the machine sleeps. Failure: in the log; the agent itself
// stops the machine before its guard would.
#pragma once

#include <optional>
#include <string>

#include "host/drivers/qemu/machine.h"

namespace hanse::host::qemu {

// Writes the end of the lease and sees to it that a guard is there; `guard` is the one that was started last.
// Its answer is the one that is there now.
Task<std::optional<ProcessId>> guard_machine(DriverContext& context, MachinePaths paths, ProcessId process,
                                             std::optional<ProcessId> guard, MonotonicTime end);

// The shell command of the guard; a second one for the same machine ends at once. Pure.
std::string guard_script(const MachinePaths& paths, const ProcessId& process);

}  // namespace hanse::host::qemu
