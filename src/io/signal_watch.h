// SignalWatch: SIGTERM and SIGINT as callbacks on the loop. Lifecycle: while it lives, these signals do not
// end the program. Thread: the loop.
#pragma once

#include <functional>
#include <memory>

#include "io/event_loop.h"

namespace hanse::io {

class SignalWatch {
 public:
  SignalWatch(EventLoop& loop, std::function<void(int)> callback);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  struct Impl;
  // shared_ptr: Asio's handler may run after the watch has gone.
  std::shared_ptr<Impl> impl_;
};

}  // namespace hanse::io
