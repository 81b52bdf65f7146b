#include "runtime/clock.h"

#include <ctime>
#include <fmt/format.h>

namespace hanse {

Nanos since_epoch(WallTime time) {
  return time.time_since_epoch();
}

std::string to_rfc3339(WallTime time) {
  const auto millis = std::chrono::floor<Millis>(time.time_since_epoch()).count();
  const std::time_t seconds = static_cast<std::time_t>(millis / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, millis % 1000);
}

}  // namespace hanse
