// The Scheduler of the real runtime. Callbacks without delay wait in a queue of their own, strictly first in,
// first out; timers are kept in order here and share one Asio timer, armed for the earliest.
//
// Lifecycle: destroyed before its loop; what is still scheduled is dropped unrun. Thread: the loop.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

#include "io/event_loop.h"
#include "runtime/clock.h"
#include "runtime/scheduler.h"

namespace hanse::io {

class LoopScheduler final : public Scheduler {
 public:
  LoopScheduler(EventLoop& loop, const Clock& clock);
  ~LoopScheduler() override;
  LoopScheduler(const LoopScheduler&) = delete;
  LoopScheduler& operator=(const LoopScheduler&) = delete;

  TimerId schedule(Nanos delay, std::function<void()> callback) override;
  void cancel(TimerId timer) override;

 private:
  struct AsioTimer;
  using Key = std::pair<MonotonicTime, std::uint64_t>;

  TimerId enqueue(std::function<void()> callback);
  void cancel_queued(std::uint64_t sequence);
  void cancel_timer(std::uint64_t sequence);
  void post_turn();
  void run_queued();
  void run_due();
  void arm(MonotonicTime due);

  EventLoop& loop_;
  const Clock& clock_;
  std::unique_ptr<AsioTimer> asio_timer_;
  MonotonicTime armed_for_ = MonotonicTime::max();

  std::deque<std::function<void()>> queue_;  // an empty function was cancelled
  std::uint64_t front_sequence_ = 0;         // of queue_.front()
  bool turn_posted_ = false;

  std::uint64_t last_timer_ = 0;
  std::map<Key, std::function<void()>> timers_;
  std::unordered_map<std::uint64_t, MonotonicTime> due_;  // by sequence
};

}  // namespace hanse::io
