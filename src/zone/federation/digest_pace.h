// DigestPace: when this zone tells its digest anew. One that has changed is told at once, though not twice
// within a pause that grows with the federation; one that has not is told from time to time, so that others
// see that the zone lives. That a digest was told for the second reason keeps no change back: else in a large
// federation, where the two times are the same, each change would wait for most of a minute.
//
// Pure. Failure: none.
#pragma once

#include <cstddef>
#include <optional>

#include "runtime/clock.h"

namespace hanse::zone {

// A digest that has changed is told at most so often, and one that has not at least so often.
inline constexpr Nanos kDigestPause = Seconds{5};
// More in large federations, so that what a zone receives does not grow with their square.
inline constexpr Nanos kDigestPausePerPeer = Millis{60};
inline constexpr Nanos kDigestRefresh = Seconds{60};

class DigestPace {
 public:
  bool wants(MonotonicTime now, std::size_t peers, bool changed) const;
  void told(MonotonicTime now, bool changed);

 private:
  std::optional<MonotonicTime> told_at_;
  std::optional<MonotonicTime> change_told_at_;
};

}  // namespace hanse::zone
