#include "federation/round_trips.h"

#include <doctest/doctest.h>

#include "runtime/sleep.h"
#include "tests/support/test_runtime.h"

namespace hanse::federation {
namespace {

struct RoundTripsFixture : ProbeClient {
  test::TestRuntime world;
  std::vector<std::string> names{"a", "b"};
  std::map<std::string, Nanos> delay{{"a", Millis{20}}, {"b", Millis{50}}};
  std::map<std::string, int> asked;
  bool deaf = false;
  RoundTrips trips{world.runtime, *this};

  const std::vector<std::string>& probed_peers() const override { return names; }
  Task<Status> probe(std::string peer) override {
    ++asked[peer];
    // The first time a connection has to be made.
    co_await sleep_for(world.runtime.scheduler, asked[peer] == 1 ? 3 * delay[peer] : delay[peer]);
    if (deaf) co_return fail(Code::unavailable, "it does not answer");
    co_return Status();
  }
  void pass(Nanos time) {
    const MonotonicTime end = world.loop.now() + time;
    world.loop.run(time);
    world.loop.advance_to(end);
  }
};

TEST_CASE_FIXTURE(RoundTripsFixture, "the least of the last measurements counts") {
  REQUIRE(trips.start());
  CHECK_FALSE(trips.measured("a"));
  CHECK_FALSE(trips.reachable("a"));
  pass(Seconds{60});
  CHECK(trips.measured("a") == Micros{20'000});
  CHECK(trips.measured("b") == Micros{50'000});
  CHECK(trips.reachable("a"));
  CHECK(asked["a"] >= 7);
  CHECK(asked["a"] <= 9);
  // A way that has become longer is known when the short ones are forgotten.
  delay["a"] = Millis{80};
  pass(Seconds{120});
  CHECK(trips.measured("a") == Micros{80'000});
}

TEST_CASE_FIXTURE(RoundTripsFixture, "one that falls silent is unreachable after three periods") {
  REQUIRE(trips.start());
  pass(Seconds{20});
  deaf = true;
  pass(Seconds{20});
  CHECK(trips.reachable("a"));
  pass(Seconds{20});
  CHECK_FALSE(trips.reachable("a"));
  CHECK(trips.silence("a").value_or(Nanos{0}) > Seconds{30});
  trips.heard("a");
  CHECK(trips.reachable("a"));
}

TEST_CASE_FIXTURE(RoundTripsFixture, "many peers are asked in turn, ten a second") {
  names.clear();
  for (int i = 0; i < 1000; ++i) {
    names.push_back(fmt::format("zone-{:04}", i));
    delay[names.back()] = Millis{10};
  }
  CHECK(probe_period(names.size()) == Seconds{100});
  REQUIRE(trips.start());
  pass(Seconds{100});
  int most = 0;
  for (const auto& [name, count] : asked) most = std::max(most, count);
  CHECK(asked.size() >= 990);
  CHECK(most <= 4);
}

}  // namespace
}  // namespace hanse::federation
