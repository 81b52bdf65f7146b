// Future<T>: the awaitable end of an operation that completes once, by Promise<T>::set(), possibly before it
// is awaited.
//
// Lifecycle: make_promise<T>() gives the pair. Destroying the future abandons the operation: the promise's
// on_abandon callback runs, and a later set() is dropped. Destroying the promise unset leaves the future
// waiting for ever, which is right for a loop that is going away. Thread: the loop. shared_ptr: the operation
// and the one who waits may each outlive the other.
#pragma once

#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "runtime/waiter.h"

namespace hanse {

template <class T>
class Future;

template <class T>
class Promise {
 public:
  struct State {
    Scheduler& scheduler;
    std::optional<T> value = std::nullopt;
    Waiter* waiter = nullptr;
    bool abandoned = false;
    std::function<void()> on_abandon = nullptr;
  };

  explicit Promise(std::shared_ptr<State> state) : state_(std::move(state)) {}

  // The first value counts.
  void set(T value) {
    if (state_->value || state_->abandoned) return;
    state_->value.emplace(std::move(value));
    state_->on_abandon = nullptr;
    if (state_->waiter != nullptr) state_->waiter->wake();
  }
  bool abandoned() const { return state_->abandoned; }
  bool done() const { return state_->value.has_value() || state_->abandoned; }
  void on_abandon(std::function<void()> callback) { state_->on_abandon = std::move(callback); }

 private:
  std::shared_ptr<State> state_;
};

template <class T>
class [[nodiscard]] Future {
 public:
  using State = typename Promise<T>::State;

  explicit Future(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Future(Future&&) noexcept = default;
  Future& operator=(Future&&) = delete;
  ~Future() {
    if (!state_ || state_->value) return;
    state_->abandoned = true;
    if (auto callback = std::exchange(state_->on_abandon, nullptr)) callback();
  }

  bool ready() const { return state_->value.has_value(); }

  // Await it once: co_await std::move(future).
  auto operator co_await() && {
    struct Awaiter {
      State& state;
      Waiter waiter;
      explicit Awaiter(State& shared) : state(shared), waiter(shared.scheduler) {}
      ~Awaiter() { state.waiter = nullptr; }
      Awaiter(const Awaiter&) = delete;
      Awaiter& operator=(const Awaiter&) = delete;
      bool await_ready() const { return state.value.has_value(); }
      void await_suspend(std::coroutine_handle<> handle) {
        waiter.suspend(handle);
        state.waiter = &waiter;
      }
      T await_resume() {
        return std::move(*state.value);  // NOLINT(bugprone-unchecked-optional-access): woken by set()
      }
    };
    return Awaiter(*state_);
  }

 private:
  std::shared_ptr<State> state_;
};

template <class T>
std::pair<Promise<T>, Future<T>> make_promise(Scheduler& scheduler) {
  auto state = std::make_shared<typename Promise<T>::State>(scheduler);
  return {Promise<T>(state), Future<T>(state)};
}

}  // namespace hanse
