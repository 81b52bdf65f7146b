// A server with routes on a network in memory, and a raw client that says exactly the bytes it is told.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/scope.h"
#include "http/client.h"
#include "http/router.h"
#include "http/server.h"
#include "runtime/sleep.h"
#include "tests/support/test_runtime.h"

namespace hanse::test {

inline const Endpoint kService{.host = "zone", .port = 443};

struct HttpService {
  TestRuntime world;
  http::Router router;
  http::ServerLimits limits;
  std::unique_ptr<http::Server> server;
  Scope scope;

  // Requires: routes and limits are set.
  void start() {
    server = std::make_unique<http::Server>(world.runtime, router, limits);
    if (!scope.spawn(start_server(*server))) server.reset();
    world.loop.run(Nanos{0});
  }
  void restart() {
    server.reset();
    start();
  }
  http::Client client(http::ClientOptions options = {}) {
    options.endpoint = kService;
    return http::Client(world.runtime, std::move(options));
  }
  Nanos now() const { return world.loop.now().time_since_epoch(); }

 private:
  static Task<void> start_server(http::Server& server) {
    [[maybe_unused]] const Status started = co_await server.start(kService, {});
  }
};

// Waits, then says the text.
struct Line {
  std::string text;
  Nanos after{0};
};

// What came back, and when the server closed the connection.
struct Heard {
  std::string text;
  bool closed = false;
  Nanos closed_at{0};

  std::size_t count(std::string_view part) const {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
      ++found;
    return found;
  }
  bool has(std::string_view part) const { return count(part) > 0; }
};

inline Task<void> hear(TestRuntime& world, Stream& stream, Heard& heard) {
  std::vector<std::byte> buffer(4096);
  for (;;) {
    const Result<std::size_t> got = co_await stream.read_some(buffer);
    if (!got || *got == 0) break;
    heard.text.append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
  heard.closed = true;
  heard.closed_at = world.loop.now().time_since_epoch();
  stream.close();
}

// Connects, says the lines and hears until the server closes. Keeps the connection open as long as the task
// lives.
inline Task<void> talk(TestRuntime& world, std::vector<Line> lines, Heard& heard) {
  auto stream = co_await world.network.connect(kService, {}, Seconds{1});
  if (!stream) co_return;
  Scope hearing;
  if (!hearing.spawn(hear(world, **stream, heard))) co_return;
  for (const Line& line : lines) {
    co_await sleep_for(world.loop, line.after);
    if (!co_await (*stream)->write(as_bytes(line.text))) break;
  }
  co_await hearing.wait_idle();
}

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& out) {
  out.emplace(co_await std::move(task));
}

// Runs the loop until `task` has completed; nothing when it does not within `limit`.
template <class T>
std::optional<T> complete(ManualLoop& loop, Task<T> task, Nanos limit = Seconds{3600}) {
  std::optional<T> out;
  Scope scope;
  if (scope.spawn(keep(std::move(task), out))) {
    const MonotonicTime end = loop.now() + limit;
    while (!out && loop.now() < end) {
      loop.schedule(Millis{10}, [] {});  // the loop's time passes only from timer to timer
      loop.run(Millis{10});
    }
  }
  return out;
}

}  // namespace hanse::test
