#include "http/server.h"

#include <doctest/doctest.h>
#include <stdexcept>
#include <string>

#include "tests/support/http_service.h"

namespace hanse::http {
namespace {

using test::Heard;
using test::HttpService;

Task<Reply> echo(Request request, PathParameters) {
  co_return text_response(200, request.method + " " + request.path + " [" + request.body + "]");
}

Task<Reply> think(Scheduler& scheduler, Request) {
  co_await sleep_for(scheduler, Seconds{300});
  co_return text_response(200, "at last");
}

Task<Reply> explode(Request, PathParameters) {
  throw std::runtime_error("inner detail");
  co_return Reply();
}

Task<Reply> count_streamed(Request request, PathParameters) {
  std::vector<std::byte> buffer(1000);
  std::size_t total = 0;
  for (;;) {
    const Result<std::size_t> got = co_await request.body_reader->read_some(buffer);
    if (!got) co_return problem_response(got.error(), request.path);
    if (*got == 0) co_return text_response(200, "got " + std::to_string(total));
    total += *got;
  }
}

Task<Reply> ignore_body(Request, PathParameters) {
  co_return text_response(403, "no");
}

Task<void> shout(std::unique_ptr<Stream> stream) {
  std::string line;
  std::array<std::byte, 1> buffer;
  while (line.empty() || line.back() != '\n') {
    const Result<std::size_t> got = co_await stream->read_some(buffer);
    if (!got || *got == 0) co_return;
    line += static_cast<char>(buffer[0]);
  }
  [[maybe_unused]] const Status written = co_await stream->write(as_bytes("heard " + line));
}

Task<Reply> switch_protocol(Request, PathParameters) {
  Reply reply;
  reply.takeover = [](std::unique_ptr<Stream> stream) { return shout(std::move(stream)); };
  co_return reply;
}

Task<Result<std::size_t>> give(std::size_t& left, std::span<std::byte> buffer) {
  const std::size_t size = std::min({left, buffer.size(), std::size_t{5}});
  std::fill_n(buffer.begin(), size, std::byte{'x'});
  left -= size;
  co_return size;
}

Reply produced(std::optional<std::uint64_t> length, std::size_t left) {
  Reply reply;
  reply.body = BodySource{length, [left](std::span<std::byte> buffer) mutable { return give(left, buffer); }};
  return reply;
}

Task<Reply> produce_known(Request, PathParameters) {
  co_return produced(12, 12);
}
Task<Reply> produce_unknown(Request, PathParameters) {
  co_return produced({}, 12);
}
Task<Reply> produce_short(Request, PathParameters) {
  co_return produced(12, 7);
}

struct RequestService : HttpService {
  RequestService() {
    router.add("GET /echo", echo);
    router.add("PUT /echo", echo);
    router.add("PUT /large", echo, {.body_limit = 2 << 20});
    router.add("PUT /stream", count_streamed, {.body_limit = 4 << 20, .body_stream = true});
    router.add("PUT /ignore", ignore_body, {.body_limit = 4 << 20, .body_stream = true});
    router.add("GET /explode", explode);
    router.add("GET /switch", switch_protocol);
    router.add("GET /known", produce_known);
    router.add("GET /unknown", produce_unknown);
    router.add("GET /short", produce_short);
    router.add("GET /think",
               [this](Request request, PathParameters) { return think(world.loop, std::move(request)); });
    start();
  }
  Heard talk(std::vector<test::Line> lines, Nanos time = Seconds{1000}) {
    Heard heard;
    Scope talking;
    REQUIRE(talking.spawn(test::talk(world, std::move(lines), heard)));
    world.loop.run(time);
    return heard;
  }
};

constexpr const char* kGet = "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n";

std::string put(std::string_view path, std::size_t size) {
  return fmt::format("PUT {} HTTP/1.1\r\nContent-Length: {}\r\n\r\n{}", path, size, std::string(size, 'x'));
}

TEST_CASE("who says nothing holds up those who come after only for a moment") {
  HttpService service;
  service.router.add("GET /a", echo);
  service.limits.greetings = 1;
  service.start();
  Heard silent;
  Heard heard;
  Scope scope;
  REQUIRE(scope.spawn(test::talk(service.world, {}, silent)));
  service.world.loop.run(Nanos{0});
  REQUIRE(scope.spawn(
      test::talk(service.world, {{"GET /a HTTP/1.1\r\nHost: zone\r\nConnection: close\r\n\r\n"}}, heard)));
  service.world.loop.run(service.limits.greeting_time / 2);
  CHECK(heard.text.empty());
  service.world.loop.run(service.limits.greeting_time);
  CHECK(heard.has("200 OK"));
  CHECK_FALSE(silent.closed);
}

TEST_CASE("a connection is kept for the next request, and closed when idle") {
  RequestService service;
  const Heard heard = service.talk({{kGet}, {kGet, Seconds{59}}});
  CHECK(heard.count("HTTP/1.1 200 OK") == 2);
  CHECK(heard.count("GET /echo []") == 2);
  CHECK(heard.closed_at == Seconds{59 + 60});
  CHECK(service.server->connections() == 0);
}

TEST_CASE("Connection: close and HTTP/1.0 close after the answer") {
  RequestService service;
  const Heard close = service.talk({{"GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n"}}, Seconds{1});
  CHECK(close.has("Connection: close"));
  CHECK(close.closed);
  CHECK(service.talk({{"GET /echo HTTP/1.0\r\n\r\n"}}, Seconds{1}).closed);
}

TEST_CASE("pipelined requests are answered in order") {
  RequestService service;
  const Heard heard = service.talk({{put("/echo", 3) + kGet + put("/echo", 1)}}, Seconds{1});
  CHECK(heard.count("200 OK") == 3);
  const std::size_t first = heard.text.find("PUT /echo [xxx]");
  const std::size_t second = heard.text.find("GET /echo []");
  CHECK(first < second);
  CHECK(second < heard.text.find("PUT /echo [x]"));
}

TEST_CASE("a chunked body is read, byte by byte too") {
  RequestService service;
  std::vector<test::Line> lines;
  for (const char c : std::string_view(
           "PUT /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"))
    lines.push_back({std::string(1, c), Millis{1}});
  CHECK(service.talk(lines).has("PUT /echo [abc]"));
}

TEST_CASE("HEAD has the length and no body") {
  RequestService service;
  const Heard heard = service.talk({{"HEAD /echo HTTP/1.1\r\n\r\n"}});
  CHECK(heard.has("Content-Length: 13"));
  CHECK(heard.text.ends_with("\r\n\r\n"));
}

TEST_CASE("what is no HTTP is 400, and the connection closes") {
  RequestService service;
  for (const char* bad :
       {"\x16\x03\x01 hello\r\n\r\n", "GET echo HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\n\r\n"}) {
    const Heard heard = service.talk({{bad}}, Seconds{10});
    CHECK(heard.has("HTTP/1.1 400 Bad Request"));
    CHECK(heard.has("application/problem+json"));
    CHECK(heard.closed);
  }
}

TEST_CASE("a head over its limits is 431") {
  RequestService service;
  const Heard heard =
      service.talk({{"GET /echo HTTP/1.1\r\nX: " + std::string(17'000, 'x') + "\r\n\r\n"}}, Seconds{10});
  CHECK(heard.has("HTTP/1.1 431 "));
  CHECK(heard.closed);
}

TEST_CASE("a body over its limit is 413 by its head alone; a route may allow more") {
  RequestService service;
  const Heard announced =
      service.talk({{"PUT /echo HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n"}}, Seconds{10});
  CHECK(announced.has("HTTP/1.1 413 "));
  CHECK(announced.closed);
  const Heard chunked = service.talk({{"PUT /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n" +
                                       std::string((1 << 20) + 1, 'x')}},
                                     Seconds{10});
  CHECK(chunked.has("HTTP/1.1 413 "));
  CHECK(service.talk({{put("/large", (1 << 20) + 1)}}).has("HTTP/1.1 200 OK"));
}

TEST_CASE("a slow head is 408 after its time, a silent connection closes without a word") {
  RequestService service;
  std::vector<test::Line> drip;
  for (int i = 0; i < 100; ++i) drip.push_back({i == 0 ? "GET /echo HTTP/1.1\r\n" : "A: b\r\n", Seconds{1}});
  const Heard slow = service.talk(drip);
  CHECK(slow.has("HTTP/1.1 408 "));
  CHECK(slow.closed_at <= Seconds{1 + 10 + 2});
  const Nanos start = service.now();
  const Heard silent = service.talk({});
  CHECK(silent.text.empty());
  CHECK(silent.closed_at - start == Seconds{10});
}

TEST_CASE("a slow body is 408 after its time") {
  RequestService service;
  const Heard heard = service.talk(
      {{"PUT /echo HTTP/1.1\r\nContent-Length: 100\r\n\r\n"}, {"x", Seconds{20}}, {"x", Seconds{20}}});
  CHECK(heard.has("HTTP/1.1 408 "));
  CHECK(heard.closed_at <= Seconds{30 + 10 + 2});
}

TEST_CASE("a handler may think for as long as it wants") {
  RequestService service;
  CHECK(service.talk({{"GET /think HTTP/1.1\r\n\r\n"}}).has("at last"));
}

TEST_CASE("an exception of a handler is 500 and the connection lives") {
  RequestService service;
  const Heard heard = service.talk({{std::string("GET /explode HTTP/1.1\r\n\r\n") + kGet}});
  CHECK(heard.has("HTTP/1.1 500 "));
  CHECK_FALSE(heard.has("inner detail"));
  CHECK(heard.has("GET /echo []"));
}

TEST_CASE("a streamed body arrives whole, is limited, and may be ignored") {
  RequestService service;
  const Heard whole = service.talk({{put("/stream", 3'000'000) + kGet}});
  CHECK(whole.has("got 3000000"));
  CHECK(whole.has("GET /echo []"));
  const Heard endless = service.talk(
      {{"PUT /stream HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n500000\r\n" + std::string(5 << 20, 'x')}});
  CHECK(endless.has("HTTP/1.1 429 "));
  CHECK(endless.closed);
  const Heard ignored = service.talk({{put("/ignore", 1'000'000) + kGet}});
  CHECK(ignored.has("HTTP/1.1 403 "));
  CHECK(ignored.has("Connection: close"));
  CHECK_FALSE(ignored.has("GET /echo []"));
}

TEST_CASE("Expect: 100-continue is answered before the body") {
  RequestService service;
  const Heard heard = service.talk(
      {{"PUT /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"}, {"ab", Seconds{1}}});
  CHECK(heard.text.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"));
  CHECK(heard.has("PUT /echo [ab]"));
}

TEST_CASE("a produced body is sent by its length or in chunks; one that breaks off cuts the connection") {
  RequestService service;
  const Heard known = service.talk({{std::string("GET /known HTTP/1.1\r\n\r\n") + kGet}});
  CHECK(known.has("Content-Length: 12"));
  CHECK(known.has("\r\n\r\nxxxxxxxxxxxxHTTP/1.1 200"));
  const Heard unknown = service.talk({{std::string("GET /unknown HTTP/1.1\r\n\r\n") + kGet}});
  CHECK(unknown.has("5\r\nxxxxx\r\n5\r\nxxxxx\r\n2\r\nxx\r\n0\r\n\r\nHTTP/1.1 200"));
  const Heard broken = service.talk({{std::string("GET /short HTTP/1.1\r\n\r\n") + kGet}}, Seconds{1});
  CHECK(broken.closed);
  CHECK_FALSE(broken.has("GET /echo []"));
}

TEST_CASE("an upgrade hands over the stream with the bytes that came early") {
  RequestService service;
  const Heard heard = service.talk(
      {{"GET /switch HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\nhel"}, {"lo\n", Seconds{1}}},
      Seconds{5});
  CHECK(heard.text.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  CHECK(heard.has("Upgrade: shout\r\n"));
  CHECK(heard.text.ends_with("\r\n\r\nheard hello\n"));
  CHECK(heard.closed);
  CHECK(service.talk({{"GET /switch HTTP/1.1\r\n\r\n"}}, Seconds{5}).has("HTTP/1.1 426 "));
}

TEST_CASE("at the limit of connections a new one gets 503 and room comes back") {
  RequestService service;
  service.limits.connections = 2;
  service.restart();
  Heard first;
  Heard second;
  Scope talking;
  REQUIRE(talking.spawn(test::talk(service.world, {}, first)));
  REQUIRE(talking.spawn(test::talk(service.world, {}, second)));
  const Heard refused = service.talk({{kGet}}, Seconds{5});
  CHECK(refused.has("HTTP/1.1 503 "));
  CHECK(refused.has("Retry-After: 1\r\n"));
  CHECK(refused.closed);
  service.world.loop.run(Seconds{20});
  CHECK(service.talk({{kGet}}).has("200 OK"));
}

TEST_CASE("stopping closes every connection and cancels the handlers") {
  RequestService service;
  Heard heard;
  Scope talking;
  REQUIRE(talking.spawn(test::talk(service.world, {{"GET /think HTTP/1.1\r\n\r\n"}}, heard)));
  service.world.loop.run(Seconds{1});
  CHECK(service.server->connections() == 1);
  service.server->stop();
  CHECK(service.server->connections() == 0);
  service.world.loop.run(Seconds{1000});
  CHECK(heard.closed);
  CHECK(heard.text.empty());
}

}  // namespace
}  // namespace hanse::http
