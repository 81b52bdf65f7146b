// Descriptor: an open socket, pipe or pidfd that coroutines can wait for. The bytes are moved by the system
// calls of the one who waits, so that nothing else ever touches its buffers: destroying the waiting task is
// always safe.
//
// Lifecycle: takes the file descriptor, makes it non-blocking and closes it in close() or at the latest in
// the destructor, which wakes all who wait with Ready::closed. Thread: the loop.
#pragma once

#include <memory>

#include "io/event_loop.h"
#include "runtime/future.h"
#include "runtime/scheduler.h"

namespace hanse::io {

enum class Ready { yes, closed };

class Descriptor {
 public:
  // When the kernel refuses to watch it, it is closed from the start.
  Descriptor(EventLoop& loop, Scheduler& scheduler, int number);
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  // -1 when closed.
  int number() const;

  // Completes when it may be read (written) again; may be too early, so try again and again. Any number may
  // wait.
  Future<Ready> readable();
  Future<Ready> writable();

  void close();

 private:
  struct Impl;
  // shared_ptr: Asio's handlers may run after the descriptor has gone.
  std::shared_ptr<Impl> impl_;
};

}  // namespace hanse::io
