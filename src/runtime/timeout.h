// with_timeout: awaits a task for a limited time. When the time is over the task is destroyed, which cancels
// it.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/scope.h"
#include "base/task.h"
#include "runtime/future.h"

namespace hanse {

namespace timeout_detail {
template <class T>
Task<void> forward(Task<Result<T>> work, Promise<Result<T>> promise) {
  promise.set(co_await std::move(work));
}
}  // namespace timeout_detail

// Errors: deadline_exceeded ("<what> took longer than 5000 ms") or those of the task.
template <class T>
Task<Result<T>> with_timeout(Scheduler& scheduler, Nanos limit, std::string what, Task<Result<T>> work) {
  auto [promise, future] = make_promise<Result<T>>(scheduler);
  Scope scope(1);
  if (!scope.spawn(timeout_detail::forward<T>(std::move(work), promise)))
    co_return fail(Code::internal, "scope is full");
  struct Deadline {
    Scheduler& scheduler;
    TimerId timer;
    ~Deadline() { scheduler.cancel(timer); }
  };
  const Deadline deadline{scheduler, scheduler.schedule(limit, [expired = promise, what, limit]() mutable {
                            expired.set(fail(Code::deadline_exceeded, "{} took longer than {} ms", what,
                                             std::chrono::duration_cast<Millis>(limit).count()));
                          })};
  co_return co_await std::move(future);
}

}  // namespace hanse
