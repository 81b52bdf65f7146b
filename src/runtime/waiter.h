// Waiter: one suspended coroutine that will be woken through the loop. The building block of all awaitables
// in Hanse: destroying it revokes the wake-up, which is what makes a Task safe to destroy.
#pragma once

#include <coroutine>
#include <utility>

#include "runtime/scheduler.h"

namespace hanse {

class Waiter {
 public:
  explicit Waiter(Scheduler& scheduler) : scheduler_(scheduler) {}
  ~Waiter() { scheduler_.cancel(timer_); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  void suspend(std::coroutine_handle<> handle) { handle_ = handle; }
  bool suspended() const { return static_cast<bool>(handle_); }

  // Resumes the coroutine from the loop; a second call before that does nothing. Requires: suspended().
  void wake_after(Nanos delay) {
    if (timer_ != TimerId::none) return;
    timer_ = scheduler_.schedule(delay, [this] {
      timer_ = TimerId::none;
      std::exchange(handle_, nullptr).resume();
    });
  }
  void wake() { wake_after(Nanos{0}); }

 private:
  Scheduler& scheduler_;
  TimerId timer_ = TimerId::none;
  std::coroutine_handle<> handle_;
};

}  // namespace hanse
