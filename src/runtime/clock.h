// The two clocks. MonotonicTime is for intervals and deadlines; WallTime is for people and records. Never mix
// them.
#pragma once

#include <chrono>
#include <string>

#include "base/units.h"

namespace hanse {

struct MonotonicClockTag {
  using duration = Nanos;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClockTag>;
  static constexpr bool is_steady = true;
};

using MonotonicTime = std::chrono::time_point<MonotonicClockTag>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, Nanos>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual MonotonicTime now() const = 0;
  virtual WallTime wall_now() const = 0;
};

// RFC 3339 in UTC with milliseconds: "2026-03-01T12:00:00.250Z".
std::string to_rfc3339(WallTime time);
Nanos since_epoch(WallTime time);

}  // namespace hanse
