// A clock whose wall time is set by the test, over another one: as when a machine slept, or its clock was put
// right.
#pragma once

#include "runtime/clock.h"

namespace hanse::test {

class SettableClock final : public Clock {
 public:
  explicit SettableClock(Clock& clock, Nanos lead = Nanos{0}) : ahead(lead), clock_(clock) {}
  MonotonicTime now() const override { return clock_.now(); }
  WallTime wall_now() const override { return clock_.wall_now() + ahead; }

  Nanos ahead;

 private:
  Clock& clock_;
};

}  // namespace hanse::test
