#include "http/pipe.h"

#include <doctest/doctest.h>
#include <string>

#include "tests/support/http_service.h"

namespace hanse::http {
namespace {

Task<void> say(Stream& stream, std::string text, bool end) {
  if (!co_await stream.write(as_bytes(text)) || !end) co_return;
  [[maybe_unused]] const Status ended = co_await stream.shutdown_write();
}

Task<void> listen(Stream& stream, std::string& out) {
  std::vector<std::byte> buffer(10'000);
  for (;;) {
    const Result<std::size_t> got = co_await stream.read_some(buffer);
    if (!got || *got == 0) co_return;
    out.append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
}

struct Relay {
  test::ManualLoop loop;
  test::StreamPair left = test::make_stream_pair(loop);
  test::StreamPair right = test::make_stream_pair(loop);
  PipeCounters counters;
  std::optional<Status> result;
  std::string heard_left;
  std::string heard_right;
  Scope scope;

  Relay() {
    REQUIRE(scope.spawn(
        test::keep(pipe_both(loop, std::move(left.second), std::move(right.first), counters), result)));
    REQUIRE(scope.spawn(listen(*left.first, heard_left)));
    REQUIRE(scope.spawn(listen(*right.second, heard_right)));
  }
};

TEST_CASE("a pipe copies both directions until both have ended") {
  Relay relay;
  const std::string much(1'000'000, 'm');
  REQUIRE(relay.scope.spawn(say(*relay.left.first, much, true)));
  relay.loop.run();
  CHECK(relay.heard_right == much);
  CHECK_FALSE(relay.result);
  REQUIRE(relay.scope.spawn(say(*relay.right.second, "answer", true)));
  relay.loop.run();
  CHECK(relay.heard_left == "answer");
  REQUIRE(relay.result);
  CHECK(relay.result->has_value());
  CHECK(relay.counters.left_to_right == much.size());
  CHECK(relay.counters.right_to_left == 6);
}

TEST_CASE("a pipe fails as soon as one direction does, and closes both ends") {
  Relay broken;
  broken.right.second->close();
  Scope saying;
  REQUIRE(saying.spawn(say(*broken.left.first, "lost", false)));
  broken.loop.run();
  REQUIRE(broken.result);
  CHECK(broken.result->error().code == Code::unavailable);
}

}  // namespace
}  // namespace hanse::http
