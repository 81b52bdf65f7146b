#include "runtime/runtime.h"

#include <doctest/doctest.h>
#include <string>
#include <utility>
#include <vector>

#include "base/scope.h"
#include "runtime/signal.h"
#include "runtime/sleep.h"
#include "runtime/timeout.h"
#include "tests/support/manual_loop.h"

namespace hanse {
namespace {

using test::ManualLoop;

Task<void> note_after(ManualLoop& loop, Nanos delay, int value, std::vector<int>& out) {
  co_await sleep_for(loop, delay);
  out.push_back(value);
}

Task<Result<int>> slow_answer(ManualLoop& loop, Nanos delay) {
  co_await sleep_for(loop, delay);
  co_return 42;
}

Task<void> limited(ManualLoop& loop, Nanos delay, Result<int>& out) {
  out = co_await with_timeout(loop, Seconds{1}, "the answer", slow_answer(loop, delay));
}

Task<void> await_future(Future<std::string> future, std::string& out) {
  out = co_await std::move(future);
}

Task<void> watch(Signal& signal, int& changes, Nanos timeout) {
  for (;;) {
    const auto seen = signal.version();
    co_await signal.changed_since(seen, timeout);
    ++changes;
  }
}

Task<void> block(ManualLoop& loop, int& out) {
  out = co_await run_blocking(loop, loop, [] { return 7; });
}

TEST_CASE("sleepers wake in order of time, and a cancelled one never") {
  ManualLoop loop;
  std::vector<int> out;
  Scope scope;
  Scope cancelled;
  REQUIRE(scope.spawn(note_after(loop, Seconds{2}, 2, out)));
  REQUIRE(scope.spawn(note_after(loop, Seconds{1}, 1, out)));
  REQUIRE(cancelled.spawn(note_after(loop, Seconds{1}, 99, out)));
  cancelled.cancel();
  loop.run();
  CHECK(out == std::vector<int>{1, 2});
}

TEST_CASE("a timeout cancels the work and says what took too long") {
  ManualLoop loop;
  Result<int> quick = 0;
  Result<int> slow = 0;
  Scope scope;
  REQUIRE(scope.spawn(limited(loop, Millis{10}, quick)));
  REQUIRE(scope.spawn(limited(loop, Seconds{10}, slow)));
  loop.run();
  CHECK(quick == 42);
  CHECK(slow.error() == Error{Code::deadline_exceeded, "the answer took longer than 1000 ms"});
  CHECK(loop.now() == MonotonicTime(Seconds{1}));  // nothing waited for the slow one
}

TEST_CASE("a future may be set before or after it is awaited") {
  ManualLoop loop;
  Scope scope;
  std::string before;
  std::string after;
  auto [early, early_future] = make_promise<std::string>(loop);
  early.set("a");
  early.set("ignored");
  REQUIRE(scope.spawn(await_future(std::move(early_future), before)));
  auto [late, late_future] = make_promise<std::string>(loop);
  REQUIRE(scope.spawn(await_future(std::move(late_future), after)));
  late.set("b");
  CHECK(after.empty());  // woken by the loop, not inside set()
  loop.run();
  CHECK(before == "a");
  CHECK(after == "b");
}

TEST_CASE("abandoning a future tells the operation") {
  ManualLoop loop;
  bool abandoned = false;
  std::string out;
  auto [promise, future] = make_promise<std::string>(loop);
  promise.on_abandon([&] { abandoned = true; });
  {
    Scope scope;
    REQUIRE(scope.spawn(await_future(std::move(future), out)));
  }
  CHECK(abandoned);
  promise.set("too late");
  loop.run();
  CHECK(out.empty());
}

TEST_CASE("a signal wakes all its waiters once for any number of changes") {
  ManualLoop loop;
  Signal signal(loop);
  int first = 0;
  int second = 0;
  Scope scope;
  REQUIRE(scope.spawn(watch(signal, first, Nanos::max())));
  REQUIRE(scope.spawn(watch(signal, second, Seconds{1})));
  signal.notify();
  signal.notify();
  loop.run(Millis{1500});
  CHECK(first == 1);
  CHECK(second == 2);  // once by the change, once by its timeout
}

TEST_CASE("blocking work hands its value back to the loop") {
  ManualLoop loop;
  int out = 0;
  Scope scope;
  REQUIRE(scope.spawn(block(loop, out)));
  loop.run();
  CHECK(out == 7);
}

TEST_CASE("endpoints are read and written") {
  CHECK(parse_endpoint("10.0.0.1:80").value() == Endpoint{"10.0.0.1", 80});
  CHECK(parse_endpoint("[::1]:80").value() == Endpoint{"::1", 80});
  CHECK(parse_endpoint("unix:/run/x").value().unix_path == "/run/x");
  CHECK(to_string(Endpoint{"::1", 80}) == "[::1]:80");
  for (const char* bad : {"", "host", ":80", "host:", "host:99999", "host:8o"})
    CHECK_FALSE(parse_endpoint(bad));
}

TEST_CASE("times print as RFC 3339") {
  CHECK(to_rfc3339(WallTime(Millis{1'767'225'600'250})) == "2026-01-01T00:00:00.250Z");
}

}  // namespace
}  // namespace hanse
