// The loop: runs callbacks, one at a time, on one thread. Everything that wakes a coroutine goes through it,
// so that a wake-up never runs inside the code that caused it.
//
// Thread: schedule() and cancel() only from the loop's own thread. Callbacks of equal due time run in the
// order of scheduling.
#pragma once

#include <cstdint>
#include <functional>

#include "base/units.h"

namespace hanse {

enum class TimerId : std::uint64_t { none = 0 };

class Scheduler {
 public:
  virtual ~Scheduler() = default;

  // Runs `callback` on the loop after `delay`; with no delay, as soon as what is running returns.
  virtual TimerId schedule(Nanos delay, std::function<void()> callback) = 0;

  // After this the callback does not run. Cancelling what has run, or TimerId::none, does nothing.
  virtual void cancel(TimerId timer) = 0;
};

}  // namespace hanse
