#include "zone/reconcile_loop.h"

#include "runtime/sleep.h"

namespace hanse::zone {
namespace {

constexpr Nanos kRetryBase = Millis{200};
constexpr Nanos kRetryCap = Seconds{15};

}  // namespace

ReconcileLoop::ReconcileLoop(Runtime& runtime, std::string name, Step step)
    : runtime_(runtime), log_(runtime.log, std::move(name)), step_(std::move(step)) {}

ReconcileLoop::~ReconcileLoop() {
  for (const auto& [key, timer] : timers_) runtime_.scheduler.cancel(timer);
}

void ReconcileLoop::enqueue(const std::string& key) {
  if (const auto timer = timers_.find(key); timer != timers_.end()) {
    runtime_.scheduler.cancel(timer->second);
    timers_.erase(timer);
  }
  if (!waiting_.insert(key).second) return;
  if (!running_.contains(key)) queue_.push_back(key);
  begin_some();
}

void ReconcileLoop::begin_some() {
  while (!queue_.empty() && running_.size() < kMaxSteps) {
    const std::string key = std::move(queue_.front());
    queue_.pop_front();
    waiting_.erase(key);
    running_.insert(key);
    if (!scope_.spawn(reconcile(key))) running_.erase(key);
  }
}

Task<void> ReconcileLoop::reconcile(std::string key) {
  // A step never runs inside the code that enqueued it.
  co_await yield_to_loop(runtime_.scheduler);
  const Result<Again> done = co_await step_(key);
  running_.erase(key);
  if (waiting_.contains(key)) queue_.push_back(key);
  if (done) {
    failures_.erase(key);
    if (const Again& again = *done) call_again(key, *again);
  } else {
    const int failures = failures_[key]++;
    log_.warning("{}: {}", key, done.error().message);
    call_again(key, backoff_delay(runtime_.random, failures, kRetryBase, kRetryCap));
  }
  begin_some();
}

void ReconcileLoop::call_again(const std::string& key, Nanos delay) {
  if (waiting_.contains(key) || timers_.contains(key)) return;
  timers_.emplace(key, runtime_.scheduler.schedule(delay, [this, key] {
    timers_.erase(key);
    enqueue(key);
  }));
}

}  // namespace hanse::zone
