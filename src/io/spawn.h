// Starts a child process. Thread: the loop, which it holds up until the child has become its program (about a
// millisecond). Failure: not_found when there is no such program, permission_denied, unavailable.
#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "runtime/processes.h"

namespace hanse::io {

enum class ChildKind {
  attached,  // in a process group of its own, killed by the kernel when this process dies
  daemon,    // in a session of its own, outlives this process
};

// The descriptors stay the caller's.
struct ChildOutput {
  int output = -1;
  int error_output = -1;
};

// The child must be waited for.
Result<pid_t> spawn_child(const ProcessOptions& options, ChildKind kind, ChildOutput output);

}  // namespace hanse::io
