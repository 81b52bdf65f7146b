// Reads who a process is from /proc. Thread: any.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "runtime/processes.h"

namespace hanse::io {

// A zombie has ended: not_found.
Result<ProcessId> identify_process(std::int64_t pid);

}  // namespace hanse::io
