#include "base/task.h"

#include <coroutine>
#include <doctest/doctest.h>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/scope.h"

namespace hanse {
namespace {

// A gate that a test opens by hand.
struct Gate {
  std::coroutine_handle<> waiting;
  auto operator co_await() {
    struct Awaiter {
      Gate& gate;
      explicit Awaiter(Gate& owner) : gate(owner) {}
      ~Awaiter() { gate.waiting = nullptr; }
      bool await_ready() const { return false; }
      void await_suspend(std::coroutine_handle<> handle) { gate.waiting = handle; }
      void await_resume() const {}
    };
    return Awaiter(*this);
  }
  void open() { std::exchange(waiting, nullptr).resume(); }
};

struct Mark {
  int& count;
  ~Mark() { ++count; }
};

Task<std::string> greet(Gate& gate, std::string name) {
  co_await gate;
  co_return "hello " + name;
}

Task<void> store_greeting(Gate& gate, std::string& out) {
  out = co_await greet(gate, "zone");
}

Task<void> hold(Gate& gate, int& destroyed) {
  Mark mark{destroyed};
  co_await gate;
}

Task<int> fails() {
  throw std::runtime_error("bug");
  co_return 1;
}

Task<void> catches(bool& caught) {
  try {
    co_await fails();
  } catch (const std::runtime_error&) {
    caught = true;
  }
}

Task<void> wait_for(Scope& scope, bool& idle) {
  co_await scope.wait_idle();
  idle = true;
}

Task<int> countdown(int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await countdown(depth - 1);
}

Task<void> store_countdown(int& out) {
  out = co_await countdown(1000);
}

TEST_CASE("a task runs when its gate opens and hands its result on") {
  Gate gate;
  std::string out;
  Scope scope;
  REQUIRE(scope.spawn(store_greeting(gate, out)));
  CHECK(out.empty());
  CHECK(scope.running() == 1);
  gate.open();
  CHECK(out == "hello zone");
  CHECK(scope.running() == 0);
}

TEST_CASE("cancelling a scope destroys what waits") {
  Gate first;
  Gate second;
  int destroyed = 0;
  Scope scope;
  REQUIRE(scope.spawn(hold(first, destroyed)));
  REQUIRE(scope.spawn(hold(second, destroyed)));
  scope.cancel();
  CHECK(destroyed == 2);
  CHECK_FALSE(first.waiting);
  CHECK_FALSE(scope.spawn(hold(first, destroyed)));
}

TEST_CASE("a scope refuses more tasks than its bound") {
  Gate gate;
  int destroyed = 0;
  Scope scope(1);
  REQUIRE(scope.spawn(hold(gate, destroyed)));
  CHECK_FALSE(scope.spawn(hold(gate, destroyed)));
}

TEST_CASE("waiting for idle ends when the last task ends") {
  Gate gate;
  int destroyed = 0;
  bool idle = false;
  Scope work;
  Scope waiter;
  REQUIRE(work.spawn(hold(gate, destroyed)));
  REQUIRE(waiter.spawn(wait_for(work, idle)));
  CHECK_FALSE(idle);
  gate.open();
  CHECK(idle);
}

TEST_CASE("an exception reaches the one who awaits") {
  bool caught = false;
  Scope scope;
  REQUIRE(scope.spawn(catches(caught)));
  CHECK(caught);
}

TEST_CASE("a deep chain of tasks needs no deep stack") {
  int depth = 0;
  Scope scope;
  REQUIRE(scope.spawn(store_countdown(depth)));
  CHECK(depth == 1000);
}

}  // namespace
}  // namespace hanse
