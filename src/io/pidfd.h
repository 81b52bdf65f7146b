// Handles of processes, by system call: the header of glibc 2.36 cannot be used from C++. Thread: any.
#pragma once

#include <csignal>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "io/owned_descriptor.h"

namespace hanse::io {

// Not valid when there is no such process, or no descriptor to be had. Readable once the process has ended.
inline OwnedDescriptor open_pidfd(pid_t pid) {
  return OwnedDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

inline void signal_pidfd(const OwnedDescriptor& process, int number) {
  ::syscall(SYS_pidfd_send_signal, process.number(), number, nullptr, 0);
}

}  // namespace hanse::io
