// What the tests of streams share: an echo, talking to it, and a pair of connected streams.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <doctest/doctest.h>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/scope.h"
#include "io/real_runtime.h"
#include "io/test_support.h"
#include "runtime/sleep.h"

namespace hanse::io::test {

inline constexpr Seconds kConnectLimit{30};

inline Task<Status> until_idle(Scope& scope) {
  co_await scope.wait_idle();
  co_return Status();
}

inline Task<Status> one_turn(Scheduler& scheduler) {
  co_await yield_to_loop(scheduler);
  co_return Status();
}

inline Task<Status> until_logged(Runtime& runtime, KeptLog& log, std::string text) {
  while (!log.contains(text)) co_await sleep_for(runtime.scheduler, Millis{1});
  co_return Status();
}

// Up to `size` bytes, less at the end of the stream.
inline Task<Result<std::string>> read_text(Stream& stream, std::size_t size) {
  std::string text;
  std::array<std::byte, 4096> buffer;
  while (text.size() < size) {
    const std::size_t wanted = std::min(buffer.size(), size - text.size());
    HANSE_CO_TRY(const std::size_t count, co_await stream.read_some(std::span(buffer).first(wanted)));
    if (count == 0) break;
    text.append(reinterpret_cast<const char*>(buffer.data()), count);
  }
  co_return text;
}

inline Task<void> keep_text(Stream& stream, Result<std::string>& outcome) {
  outcome = co_await read_text(stream, 1);
}

inline Task<void> write_text(Stream& stream, std::string text) {
  (void)co_await stream.write(as_bytes(text));
}

inline Task<void> write_and_finish(Stream& stream, std::string text) {
  (void)co_await stream.write(as_bytes(text));
  (void)co_await stream.shutdown_write();
}

// What an echo server learned of its client.
struct Echo {
  PeerIdentity peer = {};
  std::string remote_address = {};
  Status end = {};
};

inline Task<Status> echo_until_end(Stream& stream, Echo& echo) {
  std::array<std::byte, 4096> buffer;
  for (;;) {
    HANSE_CO_TRY(const std::size_t count, co_await stream.read_some(buffer));
    echo.peer = stream.peer();
    if (count == 0) co_return co_await stream.shutdown_write();
    HANSE_CO_CHECK(co_await stream.write(std::span(buffer).first(count)));
  }
}

// Accepts one connection and sends back what comes until it ends.
inline Task<void> echo_once(Listener& listener, Echo& echo) {
  auto stream = co_await listener.accept();
  if (!stream) {
    echo.end = fail(std::move(stream).error());
    co_return;
  }
  echo.remote_address = (*stream)->remote_address();
  echo.end = co_await echo_until_end(**stream, echo);
}

// Sends the text, ends its direction, and reads all that comes back meanwhile.
inline Task<Result<std::string>> say_to(Network& network, Endpoint endpoint, std::optional<TlsOptions> tls,
                                        std::string text, PeerIdentity& peer) {
  HANSE_CO_TRY(auto stream, co_await network.connect(endpoint, tls, kConnectLimit));
  peer = stream->peer();
  Scope writing(1);
  if (!writing.spawn(write_and_finish(*stream, text))) co_return fail(Code::internal, "the scope is full");
  co_return co_await read_text(*stream, text.size() + 1);
}

inline Task<void> accept_into(Listener& listener, std::unique_ptr<Stream>& accepted) {
  auto stream = co_await listener.accept();
  if (stream) accepted = std::move(*stream);
}

struct Pair {
  std::unique_ptr<Stream> client = {};
  std::unique_ptr<Stream> server = {};
};

// One byte, so that the handshake of TLS is behind both.
inline Task<void> accept_and_greet(Listener& listener, std::unique_ptr<Stream>& accepted) {
  co_await accept_into(listener, accepted);
  (void)co_await read_text(*accepted, 1);
}

inline Task<Result<std::unique_ptr<Stream>>> connect_and_greet(Network& network, Endpoint endpoint,
                                                               std::optional<TlsOptions> tls) {
  HANSE_CO_TRY(auto stream, co_await network.connect(endpoint, tls, kConnectLimit));
  HANSE_CO_CHECK(co_await stream->write(as_bytes("!")));
  co_return stream;
}

struct StreamFixture {
  KeptLog log;
  RealRuntime real{RealRuntimeOptions{.log = &log}};
  Runtime& runtime = real.runtime();
  Network& network = runtime.network;

  std::unique_ptr<Listener> listen(std::optional<TlsOptions> tls = {},
                                   Endpoint endpoint = Endpoint{.host = "127.0.0.1"}) {
    auto listener = real.run_task(network.listen(std::move(endpoint), std::move(tls)));
    REQUIRE(listener);
    return std::move(*listener);
  }

  Result<std::string> say(Endpoint endpoint, std::string text, std::optional<TlsOptions> tls = {}) {
    return real.run_task(
        say_to(network, std::move(endpoint), std::move(tls), std::move(text), server_identity));
  }

  Pair connected(std::optional<TlsOptions> server = {}, std::optional<TlsOptions> client = {}) {
    const auto listener = listen(std::move(server));
    Pair pair;
    Scope accepting;
    REQUIRE(accepting.spawn(accept_and_greet(*listener, pair.server)));
    pair.client =
        real.run_task(connect_and_greet(network, listener->local_endpoint(), std::move(client))).value();
    REQUIRE(real.run_task(until_idle(accepting)));
    return pair;
  }

  PeerIdentity server_identity;  // of the last say()
};

}  // namespace hanse::io::test
