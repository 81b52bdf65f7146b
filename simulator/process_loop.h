// ProcessLoop: clock, scheduler and blocking executor of one run of a simulated process, or of the world
// itself. What is scheduled here dies with it, as a process' timers do.
//
// Lifecycle: one for each run of a process; it outlives everything that was built over it. The monotonic
// clock goes on through a crash, as that of a machine does. Blocking work runs whole, some time after it was
// submitted, and reports back some time later, so that a crash may fall before, or between the two.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_set>

#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/scheduler.h"
#include "simulator/core.h"

namespace hanse::simulator {

// The two moments of a piece of blocking work at which a process may end: nothing of it has been done, or all
// of it, and nobody has heard.
enum class WorkMoment { before, after };
// Asked at both moments of each; true: the process ends here.
using EndsAtWork = std::function<bool(WorkMoment)>;

struct ClockError {
  Nanos wall_offset{0};        // of the wall clock
  std::int64_t drift_ppm = 0;  // of both clocks: parts per million too fast
};

class ProcessLoop final : public Scheduler, public Clock, public BlockingExecutor {
 public:
  ProcessLoop(Core& core, OwnerId owner, ClockError error, EndsAtWork ends_at_work = {});
  ~ProcessLoop() override;

  TimerId schedule(Nanos delay, std::function<void()> callback) override;
  void cancel(TimerId timer) override;
  MonotonicTime now() const override;
  WallTime wall_now() const override;
  void submit(std::function<void()> work, std::function<void()> done) override;

 private:
  Nanos local_time() const;

  Core& core_;
  OwnerId owner_;
  ClockError error_;
  EndsAtWork ends_at_work_;
  std::unordered_set<TimerId> timers_;
};

}  // namespace hanse::simulator
