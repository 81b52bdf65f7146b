#include "io/real_runtime.h"

#include <csignal>
#include <doctest/doctest.h>
#include <memory>
#include <set>
#include <thread>
#include <utility>

#include "runtime/sleep.h"

namespace hanse::io {
namespace {

Task<Result<int>> work_elsewhere(Runtime& runtime, std::thread::id loop_thread) {
  const bool elsewhere = co_await run_blocking(runtime.blocking, runtime.scheduler, [loop_thread] {
    return std::this_thread::get_id() != loop_thread;
  });
  co_return elsewhere&& std::this_thread::get_id() == loop_thread ? 1 : 0;
}

Task<Result<int>> wait_for_ever(Runtime& runtime, bool& destroyed) {
  struct Mark {
    bool& flag;
    ~Mark() { flag = true; }
  } mark{destroyed};
  co_await sleep_for(runtime.scheduler, Nanos::max());
  co_return 0;
}

Task<Status> refuse() {
  co_return fail(Code::not_found, "nothing here");
}

TEST_CASE("blocking work runs on another thread and its completion on the loop") {
  RealRuntime real;
  CHECK(real.run_task(work_elsewhere(real.runtime(), std::this_thread::get_id())) == 1);
}

TEST_CASE("a task's error is handed on") {
  RealRuntime real;
  CHECK(real.run_task(refuse()).error() == Error{Code::not_found, "nothing here"});
}

TEST_CASE("stop ends a task that would wait for ever, and the runtime can go on") {
  RealRuntime real;
  bool destroyed = false;
  real.runtime().scheduler.schedule(Nanos{0}, [&] { real.stop(); });
  CHECK(real.run_task(wait_for_ever(real.runtime(), destroyed)).error().code == Code::cancelled);
  CHECK(destroyed);
  CHECK(real.run_task(work_elsewhere(real.runtime(), std::this_thread::get_id())) == 1);
}

TEST_CASE("signals arrive on the loop, each time") {
  RealRuntime real;
  std::vector<int> numbers;
  real.on_signal([&](int number) {
    numbers.push_back(number);
    if (numbers.size() == 3)
      real.stop();
    else
      ::raise(numbers.size() == 1 ? SIGINT : SIGHUP);
  });
  ::raise(SIGTERM);
  real.run();
  CHECK(numbers == std::vector<int>{SIGTERM, SIGINT, SIGHUP});
}

TEST_CASE("blocking work that nobody waits for any more is dropped with the runtime") {
  auto owned = std::make_shared<int>(1);
  {
    RealRuntime real(RealRuntimeOptions{.blocking_threads = 1});
    for (int i = 0; i < 3; ++i) real.runtime().blocking.submit([owned] {}, [owned] {});
  }
  CHECK(owned.use_count() == 1);
}

TEST_CASE("random numbers differ, and the clocks move on") {
  RealRuntime real;
  constexpr int kDraws = 1000;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < kDraws; ++i) seen.insert(real.runtime().random.next());
  CHECK(seen.size() == kDraws);
  const auto before = real.runtime().clock.now();
  CHECK(real.runtime().clock.now() >= before);
  CHECK(to_rfc3339(real.runtime().clock.wall_now()) > "2026-");
}

}  // namespace
}  // namespace hanse::io
