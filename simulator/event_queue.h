// EventQueue: virtual time. Events run one at a time, in order of their due time and, within one instant, of
// their scheduling; time jumps from one to the next.
//
// Each event has an owner, the process that it happens in; 0 is the world itself. Thread: one. Failure: none;
// at kMaxEventsPerInstant events within one instant livelocked() tells so.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/scheduler.h"
#include "simulator/trace.h"

namespace hanse::simulator {

using OwnerId = std::uint32_t;
inline constexpr OwnerId kWorldOwner = 0;

class EventQueue {
 public:
  explicit EventQueue(Trace& trace) : trace_(trace) {}
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  // Runs `callback` after `delay` of virtual time; one beyond kForever never comes.
  TimerId schedule(OwnerId owner, Nanos delay, std::function<void()> callback);
  void cancel(TimerId timer) { events_.erase(timer); }

  // Runs the next event if it is due by `end`; false, and time is `end`, when there is none.
  bool step(Nanos end);

  Nanos now() const { return now_; }
  // Whose event is running; kWorldOwner between events.
  OwnerId running_owner() const { return running_owner_; }
  std::uint64_t events_run() const { return events_run_; }
  std::size_t pending() const { return events_.size(); }
  bool livelocked() const { return events_at_instant_ > kMaxEventsPerInstant; }

  static constexpr std::uint64_t kMaxEventsPerInstant = 1'000'000;
  static constexpr Nanos kForever = std::chrono::hours{24 * 365 * 50};

 private:
  struct Event {
    OwnerId owner = kWorldOwner;
    std::function<void()> callback;
  };
  using Due = std::pair<Nanos, TimerId>;

  Trace& trace_;
  Nanos now_{0};
  OwnerId running_owner_ = kWorldOwner;
  std::uint64_t last_id_ = 0;
  std::uint64_t events_run_ = 0;
  std::uint64_t events_at_instant_ = 0;
  // A cancelled event leaves its due time in the heap, which is skipped when it comes.
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::unordered_map<TimerId, Event> events_;
};

}  // namespace hanse::simulator
