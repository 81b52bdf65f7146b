// The source's side of a live move. In this order: copy_disks, copy_memory, drain_disks, send_state, and of a
// post-copy send_rest, with send_again after each cut; break_outgoing and cancel_outgoing from any point but
// those of a post-copy, also by an agent that has been started again in between.
//
// Every wait has a bound, and one on which the streams carry nothing for kStallLimit fails; ten minutes it is
// in a post-copy once nothing remains to be sent. After a failure the machine is left as it stands; only
// those two put it back. Thread: the loop; Requires: context and machine outlive the tasks. Failure: see
// host/driver.h; QEMU's own words are in the message.
#pragma once

#include "host/drivers/qemu/machine.h"

namespace hanse::host::qemu {

inline constexpr Nanos kStallLimit = Seconds{15};

Task<Status> copy_disks(DriverContext& context, Machine& machine, OutgoingOptions options);
Task<Result<SwitchKind>> copy_memory(DriverContext& context, Machine& machine, OutgoingOptions options);
Task<Status> drain_disks(DriverContext& context, Machine& machine);
Task<Status> send_state(DriverContext& context, Machine& machine, SwitchKind kind);
Task<Status> send_rest(DriverContext& context, Machine& machine);
Task<Status> send_again(DriverContext& context, Machine& machine, OutgoingOptions options);
Task<Status> break_outgoing(DriverContext& context, Machine& machine);
Task<Status> cancel_outgoing(DriverContext& context, Machine& machine);

// Until the guest runs, which a migration that has just ended may hold up for a moment.
Task<Status> run_again(DriverContext& context, Machine& machine);

}  // namespace hanse::host::qemu
