// Destroying a task in the middle of an operation: the sanitizers watch that nothing of it is touched
// afterwards.
#include <doctest/doctest.h>
#include <memory>
#include <string>

#include "io/stream_test_support.h"

namespace hanse::io {
namespace {

using namespace test;

constexpr std::size_t kAbandonedSize = 32 << 20;

struct AbandonedOperationsFixture : StreamFixture {
  Authority authority{"zone a"};
  Pair tls_pair() { return connected(authority.options("hanse://zone/a"), authority.anonymous()); }
};

// The buffer dies with the task.
Task<void> read_into_own_buffer(Stream& stream) {
  auto buffer = std::make_unique<std::array<std::byte, 4096>>();
  for (;;) {
    const auto count = co_await stream.read_some(*buffer);
    if (!count || *count == 0) co_return;
  }
}

Task<void> write_own_buffer(Stream& stream) {
  auto buffer = std::make_unique<std::string>(kAbandonedSize, 'x');
  (void)co_await stream.write(as_bytes(*buffer));
}

Task<void> connect_only(Network& network, Endpoint endpoint, std::optional<TlsOptions> tls) {
  (void)co_await network.connect(endpoint, tls, kConnectLimit);
}

// Serves one connection after the other.
Task<void> echo_for_ever(Listener& listener, Echo& echo) {
  for (;;) co_await echo_once(listener, echo);
}

TEST_CASE_FIXTURE(AbandonedOperationsFixture,
                  "a reader may be destroyed before its bytes come, and the next one gets them") {
  for (const bool tls : {false, true}) {
    Pair pair = tls ? tls_pair() : connected();
    {
      Scope scope;
      REQUIRE(scope.spawn(read_into_own_buffer(*pair.client)));
    }
    REQUIRE(real.run_task(pair.server->write(as_bytes("hello"))));
    CHECK(real.run_task(read_text(*pair.client, 5)) == "hello");
  }
}

TEST_CASE_FIXTURE(AbandonedOperationsFixture, "a reader may be destroyed between readiness and its turn") {
  Pair pair = connected();
  Scope scope;
  REQUIRE(scope.spawn(read_into_own_buffer(*pair.client)));
  REQUIRE(real.run_task(pair.server->write(as_bytes("hello"))));
  // Somewhere in these turns the descriptor wakes the reader.
  for (int turn = 0; turn < 3; ++turn) REQUIRE(real.run_task(one_turn(runtime.scheduler)));
  scope.cancel();
  REQUIRE(real.run_task(pair.server->write(as_bytes("again"))));
  CHECK(real.run_task(read_text(*pair.client, 5))->size() == 5);
}

TEST_CASE_FIXTURE(AbandonedOperationsFixture,
                  "a writer may be destroyed half way while the other end reads on") {
  for (const bool tls : {false, true}) {
    Pair pair = tls ? tls_pair() : connected();
    {
      Scope scope;
      REQUIRE(scope.spawn(write_own_buffer(*pair.client)));
      REQUIRE(scope.running() == 1);
    }
    const auto first = real.run_task(read_text(*pair.server, 1));
    CHECK(first == "x");
    pair.client.reset();
    (void)real.run_task(read_text(*pair.server, kAbandonedSize));  // ends, with or without an error
  }
}

TEST_CASE_FIXTURE(AbandonedOperationsFixture,
                  "connecting may be given up at any turn, with and without TLS") {
  for (const bool tls : {false, true}) {
    constexpr int kTurns = 12;
    for (int turns = 0; turns < kTurns; ++turns) {
      const auto listener = listen(tls ? std::optional(authority.options("hanse://zone/a")) : std::nullopt);
      Echo echo;
      Scope serving;
      REQUIRE(serving.spawn(echo_once(*listener, echo)));
      Scope scope;
      const auto client = tls ? std::optional(authority.anonymous()) : std::nullopt;
      REQUIRE(scope.spawn(connect_only(network, listener->local_endpoint(), client)));
      for (int turn = 0; turn < turns; ++turn) REQUIRE(real.run_task(one_turn(runtime.scheduler)));
      scope.cancel();
      // The listener is none the worse for it.
      serving.cancel();
      Echo next;
      Scope again;
      REQUIRE(again.spawn(echo_for_ever(*listener, next)));
      CHECK(say(listener->local_endpoint(), "hello", client) == "hello");
    }
  }
}

TEST_CASE_FIXTURE(AbandonedOperationsFixture, "a name that is being resolved may be forgotten") {
  Scope scope;
  REQUIRE(scope.spawn(connect_only(network, Endpoint{.host = "localhost", .port = 1}, {})));
  REQUIRE(scope.running() == 1);
  scope.cancel();
  REQUIRE(real.run_task(one_turn(runtime.scheduler)));
}

TEST_CASE_FIXTURE(AbandonedOperationsFixture,
                  "accepting may be given up, and the connection goes to the next") {
  const auto listener = listen();
  std::unique_ptr<Stream> accepted;
  {
    Scope scope;
    REQUIRE(scope.spawn(accept_into(*listener, accepted)));
    REQUIRE(real.run_task(one_turn(runtime.scheduler)));
  }
  Echo echo;
  Scope scope;
  REQUIRE(scope.spawn(echo_once(*listener, echo)));
  CHECK(say(listener->local_endpoint(), "hello") == "hello");
  CHECK(accepted == nullptr);
}

TEST_CASE("a runtime may go while operations are under way, after their tasks") {
  auto real = std::make_unique<RealRuntime>();
  auto listener = real->run_task(real->runtime().network.listen(Endpoint{.host = "127.0.0.1"}, {})).value();
  std::unique_ptr<Stream> accepted;
  {
    Scope scope;
    REQUIRE(scope.spawn(accept_into(*listener, accepted)));
    REQUIRE(scope.spawn(connect_only(real->runtime().network, listener->local_endpoint(), {})));
  }
  listener.reset();
  real.reset();
}

}  // namespace
}  // namespace hanse::io
