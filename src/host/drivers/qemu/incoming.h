// The target's side of a live move: a machine that waits for state, with empty disks over their bases that
// the source writes from outside, and its resumption.
//
// Thread: the loop; Requires: context and machine outlive the tasks. Failure: see host/driver.h.
#pragma once

#include <cstdint>
#include <set>

#include "host/drivers/qemu/launch.h"
#include "host/drivers/qemu/machine.h"

namespace hanse::host::qemu {

// A writer for each disk of a machine that has just been launched to wait for state, through a socket that
// only this host reaches.
Task<Result<Writers>> open_disks(DriverContext& context, Machine& machine);

// Ends those.
Task<void> close_disks(DriverContext& context, Machine& machine);

// Ends those too, and opens both streams to the source.
Task<Result<IncomingEndpoints>> open_streams(DriverContext& context, Machine& machine,
                                             IncomingOptions options, std::set<std::uint16_t> taken_ports);

Task<Status> resume_incoming(DriverContext& context, Machine& machine, Epoch epoch);

// Of a post-copy: where the source may connect again; and when it has no need to.
Task<Result<IncomingEndpoints>> reopen_stream(DriverContext& context, Machine& machine,
                                              std::set<std::uint16_t> taken_ports);
Task<Status> settle_incoming(DriverContext& context, Machine& machine);

// Until all state of an incoming machine has been loaded. Requires: the caller bounds its wait.
Task<Status> wait_loaded(Machine& machine);

}  // namespace hanse::host::qemu
