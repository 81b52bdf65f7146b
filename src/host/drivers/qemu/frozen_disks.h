// The disks of a machine that moves, in two parts: each disk keeps the content that it had when it was
// frozen, and what the guest writes since lies over it in a file of its own, so that the content can be read
// as long as it takes while the guest runs.
//
// The record says `frozen` from before the first file is made until the disks are one again, and the guest
// stands still between the moment when they are and the record that says so. Whoever finds `frozen` after a
// crash therefore may write the upper part into the lower, once more if need be.
// Thread: the loop; Requires: context and machine outlive the tasks. Failure: see host/driver.h.
#pragma once

#include "host/drivers/qemu/disks.h"
#include "host/drivers/qemu/machine.h"

namespace hanse::host::qemu {

// The longest that it may take to write the upper parts into the lower.
inline constexpr Nanos kThawLimit = Seconds{1800};

// Idempotent; of a machine without QEMU it makes the disks one. Errors: failed_precondition when the machine
// is between running and not.
Task<Status> freeze(DriverContext& context, Machine& machine);
// The part of it that the guest need not run for. Requires: they are one.
Task<Status> part_disks(DriverContext& context, Machine& machine);
// Makes the disks one again, whether the guest runs, which then stands still for a moment, or not. Requires:
// no job of the block layer, and a session.
Task<Status> thaw(DriverContext& context, Machine& machine);
// Does so only where it had begun. Requires: as thaw().
Task<Status> finish_thaw(DriverContext& context, Machine& machine);
// Of a machine without QEMU, before its disks are used, or replaced.
Task<Status> settle_disks(DriverContext& context, Machine& machine, Existing existing);

}  // namespace hanse::host::qemu
