#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "http/server.h"
#include "tests/support/http_service.h"

namespace hanse::http {
namespace {

using test::Heard;
using test::HttpService;

struct Running {
  int& count;
  explicit Running(int& counter) : count(counter) { ++count; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { --count; }
};

// Numbers from behind `last`, three of them, ten seconds apart; then the end, or a wait without end.
Task<void> count_on(Scheduler& scheduler, int& running, int last, bool ends, EventWriter& writer) {
  const Running mark(running);
  for (int i = last + 1; i <= last + 3; ++i) {
    if (!co_await writer.send(std::to_string(i), "number", "value " + std::to_string(i))) co_return;
    co_await sleep_for(scheduler, Seconds{10});
  }
  if (!ends) co_await sleep_for(scheduler, Seconds{100'000});
}

// As fast as the client takes them.
Task<void> flood(int& running, EventWriter& writer) {
  const Running mark(running);
  while (co_await writer.send("", "", std::string(1000, 'x'))) {
  }
}

struct EventService : HttpService {
  int running = 0;

  EventService() {
    router.add("GET /numbers",
               [this](Request request, PathParameters) { return numbers(std::move(request), true); });
    router.add("GET /endless",
               [this](Request request, PathParameters) { return numbers(std::move(request), false); });
    router.add("GET /flood", [this](Request, PathParameters) { return flooding(); });
    start();
  }
  Task<Reply> numbers(Request request, bool ends) {
    const std::string last = request.headers.get("Last-Event-ID");
    Reply reply;
    reply.events = [this, ends, last = last.empty() ? 0 : std::stoi(last)](EventWriter& writer) {
      return count_on(world.loop, running, last, ends, writer);
    };
    co_return reply;
  }
  Task<Reply> flooding() {
    Reply reply;
    reply.events = [this](EventWriter& writer) { return flood(running, writer); };
    co_return reply;
  }
};

using Events = std::vector<codec::ServerSentEvent>;

Task<void> collect(Client& client, std::string last_event_id, Result<Events>& out) {
  auto stream = co_await client.events("/numbers", std::move(last_event_id));
  if (!stream) {
    out = fail(stream.error());
    co_return;
  }
  Events events;
  for (;;) {
    auto event = co_await (*stream)->next();
    if (!event || !*event) break;
    events.push_back(**event);
  }
  out = std::move(events);
}

TEST_CASE("a client reads events to their end and resumes behind the last one") {
  EventService service;
  Client client = service.client();
  Result<Events> first = Events{};
  Result<Events> second = Events{};
  Scope scope;
  REQUIRE(scope.spawn(collect(client, "", first)));
  service.world.loop.run();
  REQUIRE(first);
  REQUIRE(first->size() == 3);
  CHECK(first->back() == codec::ServerSentEvent{"3", "number", "value 3"});
  REQUIRE(scope.spawn(collect(client, first->back().id, second)));
  service.world.loop.run();
  REQUIRE(second);
  CHECK(second->front().id == "4");
  CHECK(service.server->connections() == 0);
}

TEST_CASE("a quiet stream has a heartbeat every fifteen seconds") {
  EventService service;
  Heard heard;
  Scope talking;
  REQUIRE(talking.spawn(test::talk(service.world, {{"GET /endless HTTP/1.1\r\n\r\n"}}, heard)));
  service.world.loop.run(Seconds{121});
  CHECK(heard.count("heartbeat") == 8);
  CHECK(heard.has("Content-Type: text/event-stream"));
  CHECK_FALSE(heard.closed);
  CHECK(service.running == 1);
}

TEST_CASE("a client that leaves ends the function at once") {
  EventService service;
  Heard heard;
  {
    Scope talking;
    REQUIRE(talking.spawn(test::talk(service.world, {{"GET /endless HTTP/1.1\r\n\r\n"}}, heard)));
    service.world.loop.run(Seconds{1});
    CHECK(service.running == 1);
  }
  service.world.loop.run(Seconds{1});
  CHECK(service.running == 0);
  CHECK(service.server->connections() == 0);
}

Task<void> connect_and_say(test::TestRuntime& world, std::unique_ptr<Stream>& out) {
  out = (co_await world.network.connect(test::kService, {}, Seconds{1})).value();
  [[maybe_unused]] const Status said = co_await out->write(as_bytes("GET /flood HTTP/1.1\r\n\r\n"));
}

TEST_CASE("a client that reads nothing is given up after the write timeout") {
  EventService service;
  std::unique_ptr<Stream> deaf;
  Scope scope;
  REQUIRE(scope.spawn(connect_and_say(service.world, deaf)));
  service.world.loop.run(Seconds{30});
  CHECK(service.running == 1);
  service.world.loop.run(Seconds{60});
  CHECK(service.running == 0);
}

TEST_CASE("HTTP/1.0 gets events without chunks") {
  EventService service;
  Heard heard;
  Scope talking;
  REQUIRE(talking.spawn(test::talk(service.world, {{"GET /numbers HTTP/1.0\r\n\r\n"}}, heard)));
  service.world.loop.run();
  CHECK_FALSE(heard.has("chunked"));
  CHECK(heard.has("\r\n\r\nid: 1\nevent: number\ndata: value 1\n\n"));
  CHECK(heard.closed);
}

TEST_CASE("no event stream is an error of the client's call") {
  EventService service;
  Client client = service.client();
  auto missing = test::complete(service.world.loop, client.events("/missing"));
  REQUIRE(missing);
  CHECK(missing->error().code == Code::not_found);
}

TEST_CASE("a server that stops ends the client's stream with an error") {
  EventService service;
  Client client = service.client();
  auto stream = test::complete(service.world.loop, client.events("/endless"));
  REQUIRE(stream->has_value());
  CHECK(test::complete(service.world.loop, (**stream)->next())->value()->id == "1");
  service.server->stop();
  std::optional<Result<std::optional<codec::ServerSentEvent>>> last;
  for (int i = 0; i < 5 && (!last || *last); ++i)
    last = test::complete(service.world.loop, (**stream)->next());
  REQUIRE(last);
  CHECK(last->error().code == Code::unavailable);
}

}  // namespace
}  // namespace hanse::http
