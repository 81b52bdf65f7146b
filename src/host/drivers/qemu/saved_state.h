// The state of a guest as a file: saved for a snapshot while the guest stands still, and loaded in place of
// what a source would send.
//
// The file is the machine's own, in its run folder, and goes with the next start. Thread: the loop; Requires:
// context and machine outlive the tasks. Failure: see host/driver.h.
#pragma once

#include <cstdint>
#include <memory>

#include "host/disk_access.h"
#include "host/drivers/qemu/machine.h"

namespace hanse::host::qemu {

// The longest that a guest stands still for it.
inline constexpr Nanos kSaveLimit = Seconds{120};

// Freezes the disks anew, and saves the state of the same moment. However it ends, thaw() lets the guest run.
Task<Status> freeze_with_state(DriverContext& context, Machine& machine);
// What has been saved. Requires: the file is there.
Task<Result<std::unique_ptr<DiskReader>>> read_state(DriverContext& context, const Machine& machine);

// Takes the chunks in ascending order, without a gap.
Task<Result<std::unique_ptr<DiskWriter>>> open_state(DriverContext& context, const Machine& machine,
                                                     std::uint64_t chunks);
// Requires: the machine waits for state, and the file is whole.
Task<Status> load_state(DriverContext& context, Machine& machine);

}  // namespace hanse::host::qemu
