#include "io/socket_network.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>

#include "io/stream_test_support.h"

namespace hanse::io {
namespace {

using namespace test;

constexpr std::size_t kLargeSize = 3 << 20;
constexpr std::size_t kMoreThanBuffersTake = 32 << 20;

TEST_CASE_FIXTURE(StreamFixture, "bytes come back over TCP as they were sent, any number of them") {
  for (const std::string& text : {std::string("hello"), std::string(), std::string(kLargeSize, 'x')}) {
    const auto listener = listen();
    CHECK(listener->local_endpoint().port != 0);
    Echo echo;
    Scope scope;
    REQUIRE(scope.spawn(echo_once(*listener, echo)));
    CHECK(say(listener->local_endpoint(), text) == text);
    CHECK(echo.end);
    CHECK(echo.remote_address.starts_with("127.0.0.1:"));
    CHECK(server_identity.name.empty());
  }
}

TEST_CASE_FIXTURE(StreamFixture, "a host name is resolved, and IPv6 is spoken where there is any") {
  const auto listener = listen({}, Endpoint{.host = "localhost"});
  Echo echo;
  Scope scope;
  REQUIRE(scope.spawn(echo_once(*listener, echo)));
  const Endpoint named{.host = "localhost", .port = listener->local_endpoint().port};
  CHECK(say(named, "hello") == "hello");
}

TEST_CASE_FIXTURE(StreamFixture,
                  "unix sockets carry the same, replace an old socket file and remove their own") {
  TemporaryFolder folder;
  const Endpoint endpoint{.unix_path = folder.path("socket")};
  auto old = listen({}, endpoint);
  auto listener = listen({}, endpoint);
  old.reset();  // must leave the file of its successor alone
  Echo echo;
  Scope scope;
  REQUIRE(scope.spawn(echo_once(*listener, echo)));
  CHECK(say(endpoint, "hello") == "hello");
  CHECK(echo.remote_address == "unix");
  listener.reset();
  CHECK_FALSE(std::filesystem::exists(endpoint.unix_path));
}

TEST_CASE_FIXTURE(StreamFixture, "a file that is no socket is not replaced") {
  TemporaryFolder folder;
  const std::string path = folder.path("precious");
  REQUIRE(real.run_task(runtime.files.write_atomically(path, "text")));
  const auto listener = real.run_task(network.listen(Endpoint{.unix_path = path}, {}));
  CHECK(listener.error().code == Code::already_exists);
  CHECK(real.run_task(runtime.files.read(path, kSmallFileLimit)) == "text");
  const auto too_long = real.run_task(network.listen(Endpoint{.unix_path = "/" + std::string(200, 'x')}, {}));
  CHECK(too_long.error().code == Code::invalid_argument);
}

TEST_CASE_FIXTURE(StreamFixture, "an address that nobody listens at, or that is taken, is named") {
  auto listener = listen();
  const Endpoint endpoint = listener->local_endpoint();
  const auto second = real.run_task(network.listen(endpoint, {}));
  CHECK(second.error() == Error{Code::already_exists,
                                "cannot listen at '" + to_string(endpoint) + "': Address already in use"});
  listener.reset();
  const auto stream = real.run_task(network.connect(endpoint, {}, kConnectLimit));
  CHECK(stream.error().code == Code::unavailable);
  CHECK(stream.error().message ==
        "cannot connect to '" + to_string(endpoint) +
            "': Connection refused; check that it runs and that the network lets us through");
}

TEST_CASE_FIXTURE(StreamFixture, "an abandoned write makes the stream unfit for writing, reading goes on") {
  Pair pair = connected();
  const std::string large(kMoreThanBuffersTake, 'x');
  {
    Scope scope;
    REQUIRE(scope.spawn(write_text(*pair.client, large)));
    REQUIRE(scope.running() == 1);  // nobody reads
  }
  CHECK(real.run_task(pair.client->write(as_bytes("more"))).error().code == Code::aborted);
  REQUIRE(real.run_task(pair.server->write(as_bytes("answer"))));
  CHECK(real.run_task(read_text(*pair.client, 6)) == "answer");
}

TEST_CASE_FIXTURE(StreamFixture, "closing wakes the one who reads, and so does destroying") {
  for (const bool destroy : {false, true}) {
    Pair pair = connected();
    Scope scope;
    Result<std::string> outcome;
    REQUIRE(scope.spawn(keep_text(*pair.client, outcome)));
    if (destroy)
      pair.client.reset();
    else
      pair.client->close();
    REQUIRE(real.run_task(until_idle(scope)));
    CHECK(outcome.error().code == Code::unavailable);
    CHECK(real.run_task(read_text(*pair.server, 1)) == "");
  }
}

TEST_CASE_FIXTURE(StreamFixture, "running out of descriptors pauses a listener and does not end it") {
  const auto listener = listen();
  const auto client = real.run_task(network.connect(listener->local_endpoint(), {}, kConnectLimit)).value();
  // The sanitizers check the types of objects with the help of a pipe, once for each type: now, while there
  // is one.
  Logger(log, "test").warning("ready");
  REQUIRE(real.run_task(until_logged(runtime, log, "ready")));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit tight = before;
  tight.rlim_cur = 3;  // fewer than are open: accept() fails
  std::unique_ptr<Stream> accepted;
  Scope scope;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  REQUIRE(scope.spawn(accept_into(*listener, accepted)));
  const auto warned = real.run_task(until_logged(runtime, log, "Too many open files"));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE(warned);
  REQUIRE(real.run_task(until_idle(scope)));
  CHECK(accepted != nullptr);
}

}  // namespace
}  // namespace hanse::io
