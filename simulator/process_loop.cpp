#include "simulator/process_loop.h"

#include <algorithm>
#include <utility>

namespace hanse::simulator {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr Nanos kMonotonicStart =
    std::chrono::hours{10};  // machines are up for a while; no clock begins at 0
constexpr Nanos kShortestBlocking = Micros{20};
constexpr Nanos kLongestBlocking = Millis{2};
constexpr Nanos kLongestReport = Millis{1};

// How long `delay` on a clock that is `ppm` too fast takes; never too short.
Nanos true_delay(Nanos delay, std::int64_t ppm) {
  if (ppm == 0 || delay <= Nanos{0}) return delay;
  delay = std::min(delay, EventQueue::kForever);
  const Nanos first_order = delay / kMillion * ppm;
  const Nanos second_order = first_order / kMillion * ppm;
  return std::max(Nanos{0}, delay - first_order + second_order + Micros{1});
}

}  // namespace

ProcessLoop::ProcessLoop(Core& core, OwnerId owner, ClockError error, EndsAtWork ends_at_work)
    : core_(core), owner_(owner), error_(error), ends_at_work_(std::move(ends_at_work)) {}

ProcessLoop::~ProcessLoop() {
  for (const TimerId timer : timers_) core_.events.cancel(timer);
}

TimerId ProcessLoop::schedule(Nanos delay, std::function<void()> callback) {
  struct Slot {
    TimerId id = TimerId::none;
  };
  // shared_ptr: the callback has to know the id that it only gets once it has been scheduled.
  auto slot = std::make_shared<Slot>();
  slot->id = core_.events.schedule(owner_, true_delay(delay, error_.drift_ppm),
                                   [this, slot, callback = std::move(callback)] {
                                     timers_.erase(slot->id);
                                     callback();
                                   });
  timers_.insert(slot->id);
  return slot->id;
}

void ProcessLoop::cancel(TimerId timer) {
  if (timers_.erase(timer) > 0) core_.events.cancel(timer);
}

Nanos ProcessLoop::local_time() const {
  return core_.now() + core_.now() / kMillion * error_.drift_ppm;
}

MonotonicTime ProcessLoop::now() const {
  return MonotonicTime(kMonotonicStart + local_time());
}

WallTime ProcessLoop::wall_now() const {
  return WallTime(kWallStart + local_time() + error_.wall_offset);
}

void ProcessLoop::submit(std::function<void()> work, std::function<void()> done) {
  schedule(core_.random.between(kShortestBlocking, kLongestBlocking),
           [this, work = std::move(work), done = std::move(done)] {
             if (ends_at_work_ && ends_at_work_(WorkMoment::before)) return;
             work();
             if (ends_at_work_ && ends_at_work_(WorkMoment::after)) return;
             schedule(core_.random.between(Nanos{0}, kLongestReport), done);
           });
}

}  // namespace hanse::simulator
