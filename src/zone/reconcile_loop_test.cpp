#include "zone/reconcile_loop.h"

#include <doctest/doctest.h>
#include <vector>

#include "runtime/sleep.h"
#include "tests/support/test_runtime.h"

namespace hanse::zone {
namespace {

struct ReconcileLoopFixture {
  test::TestRuntime world;
  std::vector<std::string> begun;
  ReconcileLoop loop{world.runtime, "test", [this](std::string key) { return step(std::move(key)); }};

  Task<Result<Again>> step(std::string key) {
    begun.push_back(key);
    co_await sleep_for(world.runtime.scheduler, Seconds{1});
    co_return Again();
  }
};

TEST_CASE_FIXTURE(ReconcileLoopFixture,
                  "a key that comes while its step runs is done once more, and only then") {
  loop.enqueue("b");
  world.loop.run(Millis{100});
  loop.enqueue("b");
  loop.enqueue("b");
  loop.enqueue("a");
  world.loop.run(Millis{100});
  CHECK(begun == std::vector<std::string>{"b", "a"});
  CHECK_FALSE(loop.idle());
  world.loop.run(Seconds{5});
  CHECK(begun == std::vector<std::string>{"b", "a", "b"});
  CHECK(loop.idle());
}

TEST_CASE_FIXTURE(ReconcileLoopFixture, "those that wait for a place come in the order in which they asked") {
  std::vector<std::string> asked;
  for (std::size_t i = 0; i < kMaxSteps + 3; ++i) asked.push_back(std::to_string(kMaxSteps + 3 - i));
  for (const std::string& key : asked) loop.enqueue(key);
  world.loop.run(Millis{100});
  CHECK(begun.size() == kMaxSteps);
  world.loop.run(Seconds{5});
  CHECK(begun == asked);
}

}  // namespace
}  // namespace hanse::zone
