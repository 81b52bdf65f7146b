#include "simulator/world.h"

#include <doctest/doctest.h>
#include <vector>

#include "runtime/sleep.h"
#include "simulator/test_roots.h"

namespace hanse::simulator {
namespace {

using test::runs;

Task<void> tick(ProcessContext context, int* ticks) {
  while (true) {
    co_await sleep_for(context.runtime.scheduler,
                       Millis{1 + static_cast<int>(context.runtime.random.next() % 100)});
    ++*ticks;
  }
}

Task<void> spin(ProcessContext context) {
  while (true) co_await yield_to_loop(context.runtime.scheduler);
}

Task<void> measure(ProcessContext context, Nanos* slept) {
  const MonotonicTime begin = context.runtime.clock.now();
  co_await sleep_for(context.runtime.scheduler, Seconds{1000});
  *slept = context.runtime.clock.now() - begin;
}

struct TicksSeen {
  std::uint64_t digest = 0;
  int ticks = 0;
};

TicksSeen run_ticking(std::uint64_t seed) {
  TicksSeen seen;
  World world(seed);
  for (const char* name : {"a", "b", "c"})
    world.add_process({.name = name},
                      runs([&seen](ProcessContext context) { return tick(context, &seen.ticks); }));
  world.at(Seconds{2}, [&] { world.crash("b"); });
  world.at(Seconds{3}, [&] { world.restart("b"); });
  CHECK(world.run_until(Seconds{5}));
  seen.digest = world.digest();
  return seen;
}

TEST_CASE("the same seed gives the same run, another seed another") {
  const TicksSeen first = run_ticking(7);
  CHECK(first.digest == run_ticking(7).digest);
  CHECK(first.digest != run_ticking(8).digest);
  CHECK(first.ticks > 100);
}

TEST_CASE("a crash ends the tasks of a process, and a restart begins anew over its disk") {
  World world(1);
  int ticks = 0;
  Process& process =
      world.add_process({.name = "a"}, runs([&](ProcessContext context) { return tick(context, &ticks); }));
  world.run_for(Seconds{1});
  CHECK(process.disk().write("/kept", "yes"));
  world.crash("a", true);
  const int before = ticks;
  world.run_for(Seconds{10});
  CHECK(ticks == before);
  CHECK_FALSE(process.running());
  world.restart("a");
  world.run_for(Seconds{1});
  CHECK(ticks > before);
  CHECK(process.runs() == 2);
  CHECK(process.disk().read("/kept", kSmallFileLimit) == "yes");
}

Task<void> write_three(ProcessContext context, int* told) {
  for (const char* path : {"/one", "/two", "/three"}) {
    if (co_await context.runtime.files.write_atomically(path, "x", 0600)) ++*told;
  }
}

TEST_CASE("a crash before a write leaves nothing of it, one after it all, and neither is told") {
  for (const WorkMoment moment : {WorkMoment::before, WorkMoment::after}) {
    World world(1);
    int told = 0;
    Process& process = world.add_process(
        {.name = "a"}, runs([&](ProcessContext context) { return write_three(context, &told); }));
    process.set_crash_at_work(CrashAtWork{.moment = moment, .countdown = 2});
    world.run_for(Seconds{1});
    CHECK_FALSE(process.running());
    CHECK(told == 1);
    CHECK(process.disk().info("/one").has_value());
    CHECK(process.disk().info("/two").has_value() == (moment == WorkMoment::after));
    CHECK_FALSE(process.disk().info("/three").has_value());
  }
}

TEST_CASE("a process may ask for its own crash") {
  World world(1);
  int ticks = 0;
  world.add_process({.name = "a"}, runs([&](ProcessContext context) { return tick(context, &ticks); }));
  world.add_invariant("crashes at five", [&]() -> std::optional<std::string> {
    if (ticks == 5) world.crash("a");
    return std::nullopt;
  });
  CHECK(world.run_until(Seconds{60}));
  CHECK(ticks == 5);
}

TEST_CASE("a violated invariant stops the run and says when") {
  World world(1);
  int ticks = 0;
  world.add_process({.name = "a"}, runs([&](ProcessContext context) { return tick(context, &ticks); }));
  world.add_invariant("few ticks", [&]() -> std::optional<std::string> {
    if (ticks < 10) return std::nullopt;
    return "ten ticks";
  });
  CHECK_FALSE(world.run_until(Seconds{60}));
  REQUIRE(world.violation());
  CHECK(world.violation()->invariant == "few ticks");
  CHECK(world.violation()->when == world.now());
  CHECK(ticks == 10);
}

TEST_CASE("a loop without delay is found") {
  World world(1);
  world.add_process({.name = "a"}, runs(spin));
  CHECK_FALSE(world.run_until(Seconds{1}));
  CHECK(world.violation()->invariant == "progress");
}

TEST_CASE("a fast clock sleeps shorter, but never too short by itself") {
  World world(1);
  Nanos slept{0};
  world.add_process({.name = "fast", .clock = {.drift_ppm = 500}},
                    runs([&](ProcessContext context) { return measure(context, &slept); }));
  CHECK(world.run_until_true([&] { return slept > Nanos{0}; }, Seconds{2000}));
  CHECK(slept >= Seconds{1000});
  CHECK(slept < Seconds{1000} + Millis{1});
  CHECK(world.now() < Seconds{1000});
}

}  // namespace
}  // namespace hanse::simulator
