#include "io/loop_scheduler.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace hanse::io {
namespace {

// The lowest bit of a TimerId says where it waits: in the queue or among the timers.
constexpr std::uint64_t kQueuedBit = 1;

TimerId id_of(std::uint64_t sequence, std::uint64_t bit) {
  return static_cast<TimerId>(sequence << 1 | bit);
}

}  // namespace

struct LoopScheduler::AsioTimer {
  boost::asio::steady_timer timer;
};

LoopScheduler::LoopScheduler(EventLoop& loop, const Clock& clock)
    : loop_(loop),
      clock_(clock),
      asio_timer_(std::make_unique<AsioTimer>(boost::asio::steady_timer(loop.context()))) {}

LoopScheduler::~LoopScheduler() = default;

TimerId LoopScheduler::schedule(Nanos delay, std::function<void()> callback) {
  if (delay <= Nanos{0}) return enqueue(std::move(callback));
  const MonotonicTime now = clock_.now();
  const MonotonicTime due = delay < MonotonicTime::max() - now ? now + delay : MonotonicTime::max();
  const std::uint64_t sequence = ++last_timer_;
  timers_.emplace(Key{due, sequence}, std::move(callback));
  due_.emplace(sequence, due);
  if (due < armed_for_) arm(due);
  return id_of(sequence, 0);
}

void LoopScheduler::cancel(TimerId timer) {
  const auto id = static_cast<std::uint64_t>(timer);
  if ((id & kQueuedBit) != 0) {
    cancel_queued(id >> 1);
  } else {
    cancel_timer(id >> 1);
  }
}

TimerId LoopScheduler::enqueue(std::function<void()> callback) {
  queue_.push_back(std::move(callback));
  post_turn();
  return id_of(front_sequence_ + queue_.size() - 1, kQueuedBit);
}

void LoopScheduler::cancel_queued(std::uint64_t sequence) {
  if (sequence < front_sequence_ || sequence - front_sequence_ >= queue_.size()) return;
  // Destroyed when this returns: what it owns may call back in here.
  const auto dropped = std::exchange(queue_[sequence - front_sequence_], nullptr);
}

void LoopScheduler::cancel_timer(std::uint64_t sequence) {
  const auto found = due_.find(sequence);
  if (found == due_.end()) return;
  const auto dropped = timers_.extract(Key{found->second, sequence});
  due_.erase(found);
}

// Runs what was queued when it began; what that queues waits for the next turn, so that sockets get theirs.
void LoopScheduler::run_queued() {
  for (std::size_t left = queue_.size(); left > 0; --left) {
    const auto callback = std::move(queue_.front());
    queue_.pop_front();
    ++front_sequence_;
    if (callback) callback();
  }
  turn_posted_ = false;
  if (!queue_.empty()) post_turn();
}

void LoopScheduler::post_turn() {
  if (std::exchange(turn_posted_, true)) return;
  loop_.post([this] { run_queued(); });
}

void LoopScheduler::run_due() {
  armed_for_ = MonotonicTime::max();
  const MonotonicTime now = clock_.now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    const auto node = timers_.extract(timers_.begin());
    due_.erase(node.key().second);
    node.mapped()();
  }
  if (!timers_.empty() && timers_.begin()->first.first < armed_for_) arm(timers_.begin()->first.first);
}

void LoopScheduler::arm(MonotonicTime due) {
  armed_for_ = due;
  asio_timer_->timer.expires_at(std::chrono::steady_clock::time_point(due.time_since_epoch()));
  asio_timer_->timer.async_wait([this](const boost::system::error_code& failure) {
    if (!failure) run_due();  // otherwise it was armed anew for an earlier time
  });
}

}  // namespace hanse::io
