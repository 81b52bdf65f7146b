// What a running guest does within a little time, for the forecast of its move.
//
// Thread: the loop; Requires: the session outlives the task. Failure: see QmpClient.
#pragma once

#include <optional>
#include <string_view>

#include "host/driver.h"
#include "host/drivers/qemu/session.h"

namespace hanse::host::qemu {

Task<Result<GuestMeasure>> measure_guest(Runtime& runtime, Session& session, Bytes memory_size, Nanos watch);

// How much is resident of the mapping that holds the guest's memory, which is the smallest one that is large
// enough for it. `smaps`: /proc/<pid>/smaps. Nothing when there is none. Pure.
std::optional<Bytes> resident_memory(std::string_view smaps, Bytes memory_size);

}  // namespace hanse::host::qemu
