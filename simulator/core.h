// Core: what everything simulated shares: chance, time, the trace and the links between machines. Owned by
// the World; all else refers to it.
#pragma once

#include <cstdint>
#include <string_view>

#include "runtime/clock.h"
#include "simulator/event_queue.h"
#include "simulator/links.h"
#include "simulator/seeded_random.h"
#include "simulator/trace.h"

namespace hanse::simulator {

// 2026-01-01, when every simulation begins.
inline constexpr Seconds kWallStart{1'767'225'600};

struct Core {
  explicit Core(std::uint64_t seed_value)
      : seed(seed_value), random(seed_value), trace(), events(trace), links(random) {}
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  Nanos now() const { return events.now(); }
  // The true one; the clocks of processes may be wrong.
  WallTime wall_now() const { return WallTime(kWallStart + now()); }
  void note(std::string_view who, std::string_view what) { trace.note(now(), who, what); }

  const std::uint64_t seed;
  SeededRandom random;
  Trace trace;
  EventQueue events;
  Links links;
};

}  // namespace hanse::simulator
