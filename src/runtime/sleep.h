// co_await sleep_for(scheduler, 5s): suspends the coroutine for a time. Never fails; cancelled by
// destruction.
#pragma once

#include <coroutine>

#include "runtime/waiter.h"

namespace hanse {

class SleepAwaiter {
 public:
  SleepAwaiter(Scheduler& scheduler, Nanos duration) : waiter_(scheduler), duration_(duration) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    waiter_.suspend(handle);
    waiter_.wake_after(duration_);
  }
  void await_resume() const noexcept {}

 private:
  Waiter waiter_;
  Nanos duration_;
};

inline SleepAwaiter sleep_for(Scheduler& scheduler, Nanos duration) {
  return {scheduler, duration};
}

// Lets everything that is already due run first.
inline SleepAwaiter yield_to_loop(Scheduler& scheduler) {
  return {scheduler, Nanos{0}};
}

}  // namespace hanse
