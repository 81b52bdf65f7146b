#include "io/loop_scheduler.h"

#include <doctest/doctest.h>
#include <vector>

#include "io/system_clock.h"

namespace hanse::io {
namespace {

struct LoopSchedulerFixture {
  EventLoop loop;
  SystemClock clock;
  LoopScheduler scheduler{loop, clock};
  std::vector<int> order;

  TimerId note(Nanos delay, int value) {
    return scheduler.schedule(delay, [this, value] { order.push_back(value); });
  }
  void run_for(Nanos limit) {
    scheduler.schedule(limit, [this] { loop.stop(); });
    loop.run();
  }
};

TEST_CASE_FIXTURE(LoopSchedulerFixture,
                  "timers run in the order of their time, whatever the order of scheduling") {
  note(Millis{3}, 3);
  note(Millis{1}, 1);
  note(Millis{2}, 2);
  note(Nanos{0}, 0);
  run_for(Millis{4});
  CHECK(order == std::vector<int>{0, 1, 2, 3});
}

TEST_CASE_FIXTURE(LoopSchedulerFixture,
                  "callbacks without delay run first in, first out, also those scheduled meanwhile") {
  scheduler.schedule(Nanos{0}, [this] {
    order.push_back(1);
    note(Nanos{0}, 4);
  });
  note(Nanos{0}, 2);
  note(Nanos{0}, 3);
  run_for(Millis{1});
  CHECK(order == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE_FIXTURE(LoopSchedulerFixture,
                  "what was cancelled does not run, and cancelling what has run does nothing") {
  const TimerId queued = note(Nanos{0}, 1);
  const TimerId later = note(Millis{1}, 2);
  const TimerId kept = note(Nanos{0}, 3);
  scheduler.cancel(queued);
  scheduler.cancel(later);
  scheduler.cancel(TimerId::none);
  run_for(Millis{2});
  scheduler.cancel(kept);
  scheduler.cancel(later);
  note(Nanos{0}, 4);
  run_for(Millis{1});
  CHECK(order == std::vector<int>{3, 4});
}

TEST_CASE_FIXTURE(LoopSchedulerFixture, "a callback may cancel one that is due in the same turn") {
  TimerId queued = TimerId::none;
  TimerId timer = TimerId::none;
  scheduler.schedule(Nanos{0}, [&] { scheduler.cancel(queued); });
  queued = note(Nanos{0}, 1);
  scheduler.schedule(Nanos{1}, [&] { scheduler.cancel(timer); });
  timer = note(Nanos{2}, 2);
  run_for(Millis{1});
  CHECK(order.empty());
}

TEST_CASE_FIXTURE(LoopSchedulerFixture, "a timer that is earlier than the armed one is not held up by it") {
  note(Seconds{3600}, 2);
  note(Nanos::max(), 3);
  scheduler.schedule(Nanos{0}, [this] { scheduler.schedule(Millis{1}, [this] { loop.stop(); }); });
  loop.run();
  CHECK(order.empty());
}

TEST_CASE_FIXTURE(LoopSchedulerFixture, "a stop before the run ends it at once, and the next run goes on") {
  note(Nanos{0}, 1);
  loop.stop();
  loop.run();
  CHECK(order.empty());
  run_for(Millis{1});
  CHECK(order == std::vector<int>{1});
}

}  // namespace
}  // namespace hanse::io
