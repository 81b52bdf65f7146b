// The clocks of the operating system. Thread: any.
#pragma once

#include <chrono>

#include "runtime/clock.h"

namespace hanse::io {

class SystemClock final : public Clock {
 public:
  MonotonicTime now() const override {
    return MonotonicTime(std::chrono::steady_clock::now().time_since_epoch());
  }
  WallTime wall_now() const override { return WallTime(std::chrono::system_clock::now().time_since_epoch()); }
};

}  // namespace hanse::io
