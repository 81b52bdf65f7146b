// The limits of a move, as QEMU takes them: rate and planned stop of the memory, rate of the mirrors, and
// whether both wait. Thread: the loop. Failure: see QmpClient.
#pragma once

#include "host/drivers/qemu/machine.h"

namespace hanse::host::qemu {

// For a move that begins, before its mirrors: what its memory keeps to.
Task<Status> begin_limits(Machine& machine);
// Gives QEMU what has changed since. Requires: the mirrors are there.
Task<Status> apply_limits(Machine& machine);
// The same for a guest that runs at the target already, and for what that lacks of its memory. Without a
// planned stop: QEMU would send the last of it in one go, which a broken stream ends for good, and meanwhile
// answer nobody.
Task<Status> begin_rest_limits(Machine& machine);
Task<Status> apply_rest_limits(Machine& machine);

}  // namespace hanse::host::qemu
