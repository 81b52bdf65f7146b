#include "base/scope.h"

#include <iterator>
#include <utility>

namespace hanse {

Scope::Root Scope::run(Task<void> task) {
  co_await std::move(task);
}

bool Scope::spawn(Task<void> task) {
  if (cancelled_ || roots_.size() >= limit_) return false;
  roots_.push_back(run(std::move(task)));
  auto position = std::prev(roots_.end());
  position->handle.promise().scope = this;
  position->handle.promise().position = position;
  position->handle.resume();
  return true;
}

void Scope::cancel() {
  cancelled_ = true;
  // Destroying a task may run destructors that look at this scope: take each out of the list before it goes.
  while (!roots_.empty()) {
    Root root = roots_.front();
    roots_.pop_front();
    root.handle.destroy();
  }
}

std::coroutine_handle<> Scope::finish(std::list<Root>::iterator position) noexcept {
  std::coroutine_handle<> finished = position->handle;
  roots_.erase(position);
  finished.destroy();
  if (roots_.empty() && idle_waiter_) return std::exchange(idle_waiter_, nullptr);
  return std::noop_coroutine();
}

}  // namespace hanse
