// The clocks of the operating system. Thread: any.
#pragma once

#include <chrono>
#include <ctime>

#include "runtime/clock.h"

namespace hanse::io {

class SystemClock final : public Clock {
 public:
  // It goes on while the machine sleeps: a lease must not seem younger than it is.
  MonotonicTime now() const override {
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return MonotonicTime(std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec});
  }
  WallTime wall_now() const override { return WallTime(std::chrono::system_clock::now().time_since_epoch()); }
};

}  // namespace hanse::io
