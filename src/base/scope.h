// Scope owns background tasks: start, cancel, wait, bound.
//
// Lifecycle: spawn() starts a task at once, on the caller's stack, up to its first suspension; the scope
// destroys it when it has finished. cancel() destroys those that still run; the destructor cancels. After
// cancel() nothing can be spawned. Thread: the loop of its tasks. Failure: a task that ends in an exception
// ends the program, since nobody awaits it.
#pragma once

#include <coroutine>
#include <cstddef>
#include <list>
#include <vector>

#include "base/task.h"

namespace hanse {

class Scope {
 public:
  // At `limit` running tasks spawn() refuses.
  explicit Scope(std::size_t limit = kDefaultLimit) : limit_(limit) {}
  ~Scope() { cancel(); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  // False, and the task is destroyed unstarted, when the scope is full or cancelled.
  [[nodiscard]] bool spawn(Task<void> task);

  // Requires: not called from inside one of its own tasks.
  void cancel();

  std::size_t running() const { return roots_.size(); }
  bool cancelled() const { return cancelled_; }

  // Completes when no task is running. Requires: awaited by one task at a time, which the scope does not own.
  auto wait_idle() {
    struct Awaiter {
      Scope& scope;
      explicit Awaiter(Scope& owner) : scope(owner) {}
      Awaiter(const Awaiter&) = delete;
      Awaiter& operator=(const Awaiter&) = delete;
      ~Awaiter() { scope.idle_waiter_ = nullptr; }
      bool await_ready() const noexcept { return scope.roots_.empty(); }
      void await_suspend(std::coroutine_handle<> waiting) noexcept { scope.idle_waiter_ = waiting; }
      void await_resume() const noexcept {}
    };
    return Awaiter(*this);
  }

  static constexpr std::size_t kDefaultLimit = 100'000;

 private:
  // The frame that awaits a spawned task and tells the scope when it has finished.
  struct Root {
    struct promise_type {
      Scope* scope = nullptr;
      std::list<Root>::iterator position;

      Root get_return_object() { return Root{std::coroutine_handle<promise_type>::from_promise(*this)}; }
      std::suspend_always initial_suspend() noexcept { return {}; }
      auto final_suspend() noexcept {
        struct Finish {
          bool await_ready() const noexcept { return false; }
          std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> finished) const noexcept {
            promise_type& promise = finished.promise();
            return promise.scope->finish(promise.position);
          }
          void await_resume() const noexcept {}
        };
        return Finish{};
      }
      void return_void() noexcept {}
      [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
    };
    std::coroutine_handle<promise_type> handle;
  };

  static Root run(Task<void> task);
  std::coroutine_handle<> finish(std::list<Root>::iterator position) noexcept;

  std::size_t limit_;
  bool cancelled_ = false;
  std::list<Root> roots_;
  std::coroutine_handle<> idle_waiter_;
};

}  // namespace hanse
