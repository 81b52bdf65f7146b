// A loop for unit tests with virtual time: run() runs what is due and jumps to the next timer until nothing
// is left.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/scheduler.h"

namespace hanse::test {

class ManualLoop final : public Scheduler, public Clock, public BlockingExecutor {
 public:
  TimerId schedule(Nanos delay, std::function<void()> callback) override {
    const auto id = static_cast<TimerId>(++last_id_);
    queue_.emplace(Key{now_ + delay, last_id_}, std::move(callback));
    due_.emplace(id, Key{now_ + delay, last_id_});
    return id;
  }
  void cancel(TimerId timer) override {
    const auto found = due_.find(timer);
    if (found == due_.end()) return;
    queue_.erase(found->second);
    due_.erase(found);
  }
  MonotonicTime now() const override { return MonotonicTime(now_); }
  WallTime wall_now() const override { return WallTime(Seconds{1'767'225'600} + now_); }  // 2026-01-01
  void submit(std::function<void()> work, std::function<void()> done) override {
    schedule(Nanos{0}, [work = std::move(work), done = std::move(done)] {
      work();
      done();
    });
  }

  // Lets time pass up to a point before which nothing is due. Requires: run() has run what was.
  void advance_to(MonotonicTime time) {
    const Nanos next = queue_.empty() ? Nanos::max() : queue_.begin()->first.first;
    now_ = std::max(now_, std::min(next, time.time_since_epoch()));
  }

  // Runs until nothing is scheduled or `limit` of virtual time has passed; for loops that never end give a
  // limit.
  void run(Nanos limit = Seconds{3600}) {
    const Nanos end = now_ + limit;
    while (!queue_.empty() && queue_.begin()->first.first <= end) {
      auto node = queue_.extract(queue_.begin());
      now_ = node.key().first;
      due_.erase(static_cast<TimerId>(node.key().second));
      node.mapped()();
    }
  }

 private:
  using Key = std::pair<Nanos, std::uint64_t>;
  Nanos now_{0};
  std::uint64_t last_id_ = 0;
  std::map<Key, std::function<void()>> queue_;
  std::map<TimerId, Key> due_;
};

}  // namespace hanse::test
