#include "host/move/limit_gate.h"

#include <algorithm>

namespace hanse::host {
namespace {

Nanos time_of(Bytes bytes, BytesPerSecond rate) {
  const double seconds = static_cast<double>(bytes.value) / static_cast<double>(rate.value);
  return std::chrono::duration_cast<Nanos>(std::chrono::duration<double>(seconds));
}

}  // namespace

Task<void> LimitGate::pass(Bytes bytes) {
  for (;;) {
    const std::uint64_t seen = changed_.version();
    const MonotonicTime now = runtime_.clock.now();
    const bool waits = limits_.max_rate && free_at_ > now;
    if (!limits_.paused && !waits) break;
    co_await changed_.changed_since(seen, limits_.paused ? Nanos::max() : free_at_ - now);
  }
  const MonotonicTime now = runtime_.clock.now();
  free_at_ = std::max(free_at_, now);
  if (limits_.max_rate) free_at_ += time_of(bytes, *limits_.max_rate);
}

}  // namespace hanse::host
