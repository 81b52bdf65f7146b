// The monotonic clock, and a pace: how many units of work a rate makes due, without ever owing more than one
// second of it. A thread owns its pace. The clock stands still while the machine is paused, so a move causes
// no burst.
#pragma once

#include <algorithm>
#include <cstdint>
#include <time.h>

namespace hanse::witness {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

[[nodiscard]] inline std::int64_t monotonic_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNanosecondsPerSecond + now.tv_nsec;
}

inline void sleep_until(std::int64_t nanoseconds) {
  const timespec deadline{nanoseconds / kNanosecondsPerSecond, nanoseconds % kNanosecondsPerSecond};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr);
}

class Pace {
 public:
  // Units due since the last call at `per_second`; fractions are carried over.
  [[nodiscard]] std::uint64_t due(std::uint64_t per_second) {
    const std::int64_t now = monotonic_nanoseconds();
    const std::int64_t elapsed = std::min(now - last_, kNanosecondsPerSecond);
    last_ = now;
    owed_ = std::min(owed_ + static_cast<double>(elapsed) * static_cast<double>(per_second) / 1e9,
                     static_cast<double>(per_second));
    const auto whole = static_cast<std::uint64_t>(owed_);
    owed_ -= static_cast<double>(whole);
    return whole;
  }

 private:
  std::int64_t last_ = monotonic_nanoseconds();
  double owed_ = 0;
};

}  // namespace hanse::witness
