// The source's side of a live move. In this order: copy_disks, copy_memory, hand_over; break_outgoing and
// cancel_outgoing from any point, also by an agent that has been started again in between.
//
// Every wait has a bound, and one on which the streams carry nothing for kStallLimit fails. After a failure
// the machine is left as it stands; only those two put it back. Thread: the loop; Requires: context
// and machine outlive the tasks. Failure: see host/driver.h; QEMU's own words are in the message.
#pragma once

#include "host/drivers/qemu/machine.h"

namespace hanse::host::qemu {

inline constexpr Nanos kStallLimit = Seconds{15};

Task<Status> copy_disks(DriverContext& context, Machine& machine, OutgoingOptions options);
Task<Status> copy_memory(DriverContext& context, Machine& machine, OutgoingOptions options);
Task<Result<MemoryReport>> hand_over(DriverContext& context, Machine& machine);
Task<Status> break_outgoing(DriverContext& context, Machine& machine);
Task<Status> cancel_outgoing(DriverContext& context, Machine& machine);

// Until the guest runs, which a migration that has just ended may hold up for a moment.
Task<Status> run_again(DriverContext& context, Machine& machine);

}  // namespace hanse::host::qemu
