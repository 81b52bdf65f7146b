// FairShare: holds the moves that share one link to about equal parts of it. Left alone, TCP may give one of
// two equal moves three times as much as the other for as long as both last.
//
// Nobody knows what the link can carry, so it is taken from what the moves get together. They are left alone
// until some get clearly more than others; then all have one ceiling, somewhat above an equal part. If the
// others do not take what that sets free (they wait, or their hosts are slow), the ceiling rises until it
// holds nobody, and the next attempt is later each time. So the link is idle for its sake only for short.
//
// A value, for one set of moves; for another set begin anew. Thread: any, one at a time. Failure: none.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"

namespace hanse::migration {

struct LinkUse {
  BytesPerSecond rate;                  // lately
  std::optional<BytesPerSecond> limit;  // of its own
};

class FairShare {
 public:
  // Another second has passed: the most that each may take in the next. Nothing: as much as it gets.
  std::optional<BytesPerSecond> next(const std::vector<LinkUse>& moves);

 private:
  void watch(double most, double least, double total, double fair);
  void adjust(double total, double count);
  void leave_alone();

  double capacity_ = 0;          // bytes a second, of those that have no lower limit of their own
  double slack_ = 0;             // ceiling over equal part; 0: there is none
  int unfair_ = 0;               // seconds in a row
  int idle_ = 0;                 // so many in a row they did not take what they may
  std::int64_t left_alone_ = 0;  // for so many seconds more
  std::int64_t next_rest_ = 10;  // seconds
};

}  // namespace hanse::migration
