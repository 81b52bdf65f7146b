// The blocking executor: work that may block (SQLite, file system calls) runs on a thread of a small named
// pool, its completion on the loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/task.h"
#include "runtime/future.h"

namespace hanse {

class BlockingExecutor {
 public:
  virtual ~BlockingExecutor() = default;
  // `work` runs on a pool thread; afterwards `done` runs on the loop, unless the executor has gone. Both
  // always own what they touch.
  virtual void submit(std::function<void()> work, std::function<void()> done) = 0;
};

// Runs `work` (a callable that returns T) on the executor and awaits its value. The work is not interrupted
// when the awaiting task is destroyed; its value is dropped then.
template <class Work, class T = std::invoke_result_t<Work>>
Task<T> run_blocking(BlockingExecutor& executor, Scheduler& scheduler, Work work) {
  auto [promise, future] = make_promise<T>(scheduler);
  // shared_ptr: written by the pool thread, read by the loop, whichever of the two is last.
  auto value = std::make_shared<std::optional<T>>();
  executor.submit([value, work = std::move(work)]() mutable { value->emplace(work()); },
                  [value, fulfilled = promise]() mutable { fulfilled.set(std::move(**value)); });
  co_return co_await std::move(future);
}

}  // namespace hanse
