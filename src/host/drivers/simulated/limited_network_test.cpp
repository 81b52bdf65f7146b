#include "host/drivers/simulated/limited_network.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "base/scope.h"
#include "runtime/sleep.h"
#include "tests/support/manual_loop.h"

namespace hanse::host::simulated {
namespace {

// Takes a second for each connection, and makes none.
class SlowNetwork final : public Network {
 public:
  explicit SlowNetwork(Scheduler& scheduler) : scheduler_(scheduler) {}
  Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, std::optional<TlsOptions>,
                                                Nanos) override {
    begun.push_back(endpoint.host);
    most = std::max(most, ++under_way);
    co_await sleep_for(scheduler_, Seconds{1});
    --under_way;
    co_return fail(Code::unavailable, "nobody is there");
  }
  Task<Result<std::unique_ptr<Listener>>> listen(Endpoint, std::optional<TlsOptions>) override {
    co_return fail(Code::unimplemented, "nothing listens here");
  }

  std::vector<std::string> begun;
  int under_way = 0;
  int most = 0;

 private:
  Scheduler& scheduler_;
};

Task<void> dial(LimitedNetwork& network, std::string host, int& ended) {
  (void)co_await network.connect({.host = std::move(host)}, std::nullopt, Seconds{5});
  ++ended;
}

TEST_CASE("connections beyond the limit wait for their turn, in the order in which they came") {
  test::ManualLoop loop;
  SlowNetwork slow(loop);
  LimitedNetwork network(slow, loop, 2);
  int ended = 0;
  Scope scope;
  for (const char* host : {"a", "b", "c", "d", "e"}) REQUIRE(scope.spawn(dial(network, host, ended)));
  loop.run(Millis{500});
  CHECK(slow.begun == std::vector<std::string>{"a", "b"});
  loop.run(Seconds{10});
  CHECK(ended == 5);
  CHECK(slow.most == 2);
  CHECK(slow.begun == std::vector<std::string>{"a", "b", "c", "d", "e"});
}

TEST_CASE("who gives up waiting takes nobody's turn, and who gives up connecting leaves it to the next") {
  test::ManualLoop loop;
  SlowNetwork slow(loop);
  LimitedNetwork network(slow, loop, 1);
  int ended = 0;
  auto connecting = std::make_unique<Scope>();
  auto waiting = std::make_unique<Scope>();
  Scope rest;
  REQUIRE(connecting->spawn(dial(network, "a", ended)));
  REQUIRE(waiting->spawn(dial(network, "b", ended)));
  REQUIRE(rest.spawn(dial(network, "c", ended)));
  loop.run(Millis{500});
  waiting.reset();
  connecting.reset();
  loop.run(Seconds{10});
  CHECK(ended == 1);
  CHECK(slow.begun == std::vector<std::string>{"a", "c"});
}

}  // namespace
}  // namespace hanse::host::simulated
