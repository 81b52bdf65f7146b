// RealRuntime: makes the runtime that talks to the real world, and runs its loop.
//
// Lifecycle: made first and destroyed last in main(); all tasks, streams and listeners that use it are gone
// before. The destructor waits for blocking work that has begun. Thread: all of it on the one that calls
// run().
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/result.h"
#include "base/scope.h"
#include "base/task.h"
#include "runtime/runtime.h"

namespace hanse::io {

struct RealRuntimeOptions {
  LogLevel log_level = LogLevel::info;
  int blocking_threads = 4;
  LogSink* log = nullptr;  // instead of standard error; must outlive the runtime
};

class RealRuntime {
 public:
  explicit RealRuntime(RealRuntimeOptions options = {});
  ~RealRuntime();
  RealRuntime(const RealRuntime&) = delete;
  RealRuntime& operator=(const RealRuntime&) = delete;

  Runtime& runtime();

  // Until stop(). May be called again afterwards, to finish in order.
  void run();
  // From the loop, or before run(), which then returns at once.
  void stop();

  // `callback` runs on the loop for each SIGTERM, SIGINT and SIGHUP from now on, instead of the end of
  // the program.
  void on_signal(std::function<void(int)> callback);

  // Runs the loop until the task is done: for clients and for the end of main(). Errors: cancelled after
  // stop().
  template <class T>
  Result<T> run_task(Task<Result<T>> task) {
    std::optional<Result<T>> outcome;
    bool done = false;
    Scope scope(1);
    if (!scope.spawn(keep_outcome(std::move(task), outcome, done)))
      return fail(Code::internal, "the scope of a task is full");
    if (!run_until(done)) return fail(Code::cancelled, "stopped before it was done; run it again");
    return std::move(*outcome);  // NOLINT(bugprone-unchecked-optional-access): run() returns when it is set
  }

 private:
  template <class T>
  static Task<void> keep_outcome(Task<Result<T>> task, std::optional<Result<T>>& outcome, bool& done) {
    outcome.emplace(co_await std::move(task));
    done = true;
  }

  bool run_until(const bool& done);

  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace hanse::io
