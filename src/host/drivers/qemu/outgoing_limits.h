// The limits of a move, as QEMU takes them: rate and planned stop of the memory, rate of the mirrors, and
// whether both wait. Thread: the loop. Failure: see QmpClient.
#pragma once

#include "host/drivers/qemu/machine.h"

namespace hanse::host::qemu {

// For a move that begins, before its mirrors: what its memory keeps to.
Task<Status> begin_limits(Machine& machine);
// Gives QEMU what has changed since. Requires: the mirrors are there.
Task<Status> apply_limits(Machine& machine);
// The same when the mirrors have ended.
Task<Status> apply_memory_limits(Machine& machine);

}  // namespace hanse::host::qemu
