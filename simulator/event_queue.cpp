#include "simulator/event_queue.h"

#include <algorithm>
#include <utility>

namespace hanse::simulator {

TimerId EventQueue::schedule(OwnerId owner, Nanos delay, std::function<void()> callback) {
  const auto id = static_cast<TimerId>(++last_id_);
  due_.emplace(now_ + std::clamp(delay, Nanos{0}, kForever), id);
  events_.emplace(id, Event{owner, std::move(callback)});
  return id;
}

bool EventQueue::step(Nanos end) {
  while (!due_.empty() && !events_.contains(due_.top().second)) due_.pop();
  if (due_.empty() || due_.top().first > end) {
    now_ = std::max(now_, end);
    return false;
  }
  const auto [time, id] = due_.top();
  due_.pop();
  auto event = events_.extract(id);
  events_at_instant_ = time == now_ ? events_at_instant_ + 1 : 1;
  now_ = time;
  ++events_run_;
  trace_.add(now_, event.mapped().owner, static_cast<std::uint64_t>(id));
  running_owner_ = event.mapped().owner;
  event.mapped().callback();
  running_owner_ = kWorldOwner;
  return true;
}

}  // namespace hanse::simulator
