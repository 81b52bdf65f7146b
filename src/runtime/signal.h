// Signal: wakes everyone who waits for "something changed". A waiter remembers the last version it saw, so
// that no change is missed between looking and waiting:
//   auto seen = signal.version(); look at the state; co_await signal.changed_since(seen);
#pragma once

#include <coroutine>
#include <cstdint>
#include <list>

#include "runtime/waiter.h"

namespace hanse {

class Signal {
 public:
  explicit Signal(Scheduler& scheduler) : scheduler_(scheduler) {}
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  std::uint64_t version() const { return version_; }

  void notify() {
    ++version_;
    for (Waiter* waiter : waiters_) waiter->wake();
  }

  // Completes when version() != seen, at the latest after `timeout` where one is given. Requires: the signal
  // outlives the waiter.
  auto changed_since(std::uint64_t seen, Nanos timeout = Nanos::max()) {
    struct Awaiter {
      Signal& signal;
      std::uint64_t seen;
      Nanos timeout;
      Waiter waiter;
      TimerId deadline = TimerId::none;
      std::list<Waiter*>::iterator position;
      bool listed = false;

      Awaiter(Signal& owner, std::uint64_t version, Nanos limit)
          : signal(owner), seen(version), timeout(limit), waiter(owner.scheduler_) {}
      Awaiter(const Awaiter&) = delete;
      Awaiter& operator=(const Awaiter&) = delete;
      ~Awaiter() {
        signal.scheduler_.cancel(deadline);
        if (listed) signal.waiters_.erase(position);
      }
      bool await_ready() const { return signal.version_ != seen; }
      void await_suspend(std::coroutine_handle<> handle) {
        waiter.suspend(handle);
        position = signal.waiters_.insert(signal.waiters_.end(), &waiter);
        listed = true;
        if (timeout == Nanos::max()) return;
        deadline = signal.scheduler_.schedule(timeout, [this] {
          deadline = TimerId::none;
          waiter.wake();
        });
      }
      void await_resume() const {}
    };
    return Awaiter(*this, seen, timeout);
  }

 private:
  Scheduler& scheduler_;
  std::uint64_t version_ = 0;
  std::list<Waiter*> waiters_;
};

}  // namespace hanse
