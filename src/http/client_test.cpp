#include "http/client.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "tests/support/http_service.h"

namespace hanse::http {
namespace {

using test::complete;
using test::HttpService;

struct AnsweringService : HttpService {
  int posts = 0;

  AnsweringService() {
    router.add("GET /show", [](Request request, PathParameters) { return show(std::move(request)); });
    router.add("PUT /echo", [](Request request, PathParameters) { return echo(std::move(request)); });
    router.add("POST /count", [this](Request, PathParameters) { return count(); });
    router.add("POST /refuse", [](Request request, PathParameters) { return refuse(std::move(request)); },
               {.body_limit = 64 << 20, .body_stream = true});
    router.add("PUT /upload", [](Request request, PathParameters) { return measure(std::move(request)); },
               {.body_limit = 64 << 20, .body_stream = true});
    router.add("GET /large", [](Request, PathParameters) { return large(); });
    router.add("GET /stuck", [this](Request, PathParameters) { return stuck(world.loop); });
    router.add("GET /shout", [](Request, PathParameters) { return shout(); });
    start();
  }
  static Task<Reply> show(Request request) {
    co_return text_response(200, request.headers.get("authorization") + "|" + request.headers.get("host") +
                                     "|" + request.headers.get("user-agent") + "|" + request.peer.name + "|" +
                                     request.query["q"]);
  }
  static Task<Reply> echo(Request request) {
    auto body = json::parse(request.body);
    if (!body) {
      Error error = body.error();
      error.sources.push_back({"/a", "limit"});
      co_return problem_response(error, request.path);
    }
    co_return json_response(200, *body);
  }
  Task<Reply> count() {
    ++posts;
    co_return Response{204, {}, ""};
  }
  static Task<Reply> refuse(Request request) {
    co_return problem_response(Error{Code::permission_denied, "not you"}, request.path);
  }
  static Task<Reply> measure(Request request) {
    std::vector<std::byte> buffer(10'000);
    std::size_t total = 0;
    for (;;) {
      const Result<std::size_t> got = co_await request.body_reader->read_some(buffer);
      if (!got) co_return problem_response(got.error(), request.path);
      if (*got == 0) break;
      total += *got;
    }
    co_return text_response(200, std::to_string(total));
  }
  static Task<Reply> large() { co_return text_response(200, std::string(3'000'000, 'y')); }
  static Task<Reply> stuck(Scheduler& scheduler) {
    co_await sleep_for(scheduler, Seconds{1000});
    co_return Reply();
  }
  static Task<void> answer_upper(std::unique_ptr<Stream> stream) {
    std::array<std::byte, 10> buffer;
    [[maybe_unused]] const Status greeted = co_await stream->write(as_bytes("ready"));
    const Result<std::size_t> got = co_await stream->read_some(buffer);
    if (!got) co_return;
    for (std::byte& letter : buffer) letter &= std::byte{0xdf};
    [[maybe_unused]] const Status said = co_await stream->write(std::span(buffer).first(*got));
  }
  static Task<Reply> shout() {
    Reply reply;
    reply.takeover = [](std::unique_ptr<Stream> stream) { return answer_upper(std::move(stream)); };
    co_return reply;
  }

  Result<Response> send(Client& client, Request request) {
    return std::move(*complete(world.loop, client.send(std::move(request))));
  }
};

TEST_CASE("a request carries token, host and agent, and the server sees the peer") {
  AnsweringService service;
  Client client = service.client({.tls = TlsOptions{.certificate_pem = "hanse://zone/a"},
                                  .bearer_token = "secret",
                                  .user_agent = "test"});
  const auto response = service.send(client, {.target = "/show?q=a%20b"});
  CHECK(response.value().body == "Bearer secret|zone:443|test|hanse://zone/a|a b");
  client.set_bearer_token("other");
  CHECK(service.send(client, {.target = "/show"}).value().body.starts_with("Bearer other|"));
}

TEST_CASE("connections are reused one after the other, and not when old") {
  AnsweringService service;
  Client client = service.client();
  for (int i = 0; i < 5; ++i) REQUIRE(service.send(client, {.target = "/show"}));
  CHECK(service.world.network.connections() == 1);
  CHECK(client.idle_connections() == 1);
  service.world.loop.schedule(Seconds{31}, [] {});
  service.world.loop.run(Seconds{31});
  REQUIRE(service.send(client, {.target = "/show"}));
  CHECK(service.world.network.connections() == 2);
}

TEST_CASE("requests at once have a connection each, and the pool keeps its bound") {
  AnsweringService service;
  Client client = service.client();
  Scope scope;
  std::vector<std::optional<Result<Response>>> out(10);
  for (auto& response : out) REQUIRE(scope.spawn(test::keep(client.send({.target = "/show"}), response)));
  service.world.loop.run(Seconds{1});
  for (const auto& response : out) CHECK(response.value().value().status == 200);
  CHECK(service.world.network.connections() == 10);
  CHECK(client.idle_connections() == 4);
}

TEST_CASE("a stale connection is replaced for an idempotent request only") {
  AnsweringService service;
  Client client = service.client();
  REQUIRE(service.send(client, {.target = "/show"}));
  service.restart();
  CHECK(service.send(client, {.target = "/show"}).value().status == 200);
  service.restart();
  CHECK(service.send(client, {.method = "POST", .target = "/count"}).error().code == Code::unavailable);
  CHECK(service.posts == 0);
  CHECK(service.send(client, {.method = "POST", .target = "/count"}).value().status == 204);
  CHECK(service.posts == 1);
}

TEST_CASE("nobody there is unavailable; no answer is deadline_exceeded") {
  AnsweringService service;
  Client client = service.client();
  CHECK(service.send(client, {.target = "/stuck"}).error().code == Code::deadline_exceeded);
  service.server->stop();
  CHECK(service.send(client, {.target = "/show"}).error().code == Code::unavailable);
}

TEST_CASE("a response over the limit is refused") {
  AnsweringService service;
  Client client = service.client({.response_limit = 1 << 20});
  CHECK(service.send(client, {.target = "/large"}).error().code == Code::resource_exhausted);
}

TEST_CASE("call_json gives values, and problems as errors") {
  AnsweringService service;
  Client client = service.client();
  const auto call = [&](std::string method, std::string target, std::optional<json::Value> body) {
    return std::move(*complete(service.world.loop,
                               client.call_json(std::move(method), std::move(target), std::move(body))));
  };
  CHECK(call("PUT", "/echo", json::parse(R"({"a":[1]})").value()) == json::parse(R"({"a":[1]})").value());
  CHECK(call("POST", "/count", {}).value().is_null());
  CHECK(call("GET", "/missing", {}).error().code == Code::not_found);
  CHECK(call("GET", "/count", {}).error().message == "GET is not possible here; use POST");
  const Error error = call("PUT", "/echo", {}).error();
  CHECK(error.code == Code::invalid_argument);
  CHECK(error.sources == std::vector<ErrorSource>{{"/a", "limit"}});
}

Task<Status> append(std::string& out, std::span<const std::byte> data) {
  out.append(reinterpret_cast<const char*>(data.data()), data.size());
  co_return Status();
}

TEST_CASE("a download goes to its sink, a refusal into the response") {
  AnsweringService service;
  Client client = service.client({.response_limit = 1000});
  std::string got;
  const BodySink sink = [&](std::span<const std::byte> data) { return append(got, data); };
  const auto whole = *complete(service.world.loop, client.download({.target = "/large"}, sink));
  CHECK(whole.value().status == 200);
  CHECK(got == std::string(3'000'000, 'y'));
  CHECK(client.idle_connections() == 1);
  got.clear();
  const auto missing = *complete(service.world.loop, client.download({.target = "/missing"}, sink));
  CHECK(missing.value().status == 404);
  CHECK(error_from_response(missing.value()).code == Code::not_found);
  CHECK(got.empty());
}

Task<Result<std::size_t>> give_body(std::size_t& left, std::span<std::byte> buffer) {
  const std::size_t size = std::min(left, buffer.size());
  left -= size;
  co_return size;
}

TEST_CASE(
    "an upload comes from its source; an early refusal is heard; a source that ends early is an error") {
  AnsweringService service;
  Client client = service.client();
  std::size_t unread = 0;
  const auto upload = [&](std::string method, std::string target, std::size_t announced, std::size_t left) {
    BodySource source{{}, [&left](std::span<std::byte> buffer) { return give_body(left, buffer); }};
    auto answer = std::move(*complete(
        service.world.loop, client.upload({.method = std::move(method), .target = std::move(target)},
                                          announced, std::move(source))));
    unread = left;
    return answer;
  };
  CHECK(upload("PUT", "/upload", 5'000'000, 5'000'000).value().body == "5000000");
  CHECK(upload("POST", "/refuse", 20'000'000, 20'000'000).value().status == 403);
  CHECK_MESSAGE(unread > 19'000'000,
                "sending goes on after the answer, until the server resets the connection");
  CHECK(upload("PUT", "/upload", 1000, 999).error().code == Code::data_loss);
}

TEST_CASE("a server that goes away during an upload is unavailable, not an upload that was cancelled") {
  AnsweringService service;
  Client client = service.client();
  std::size_t left = 20'000'000;
  BodySource source{{}, [&](std::span<std::byte> buffer) {
                      if (left < 10'000'000) service.server.reset();
                      return give_body(left, buffer);
                    }};
  const auto answer = complete(
      service.world.loop, client.upload({.method = "PUT", .target = "/upload"}, left, std::move(source)));
  REQUIRE_FALSE(answer->has_value());
  CHECK(answer->error().code == Code::unavailable);
  CHECK(left > 0);
}

Task<void> converse(Client& client, std::string& out) {
  auto stream = co_await client.upgrade({.target = "/shout"}, "shout");
  if (!stream) co_return;
  std::array<std::byte, 10> buffer;
  for (int i = 0; i < 2; ++i) {
    const Result<std::size_t> got = co_await (*stream)->read_some(buffer);
    if (!got) co_return;
    out.append(reinterpret_cast<const char*>(buffer.data()), *got) += ' ';
    if (i == 0 && !co_await (*stream)->write(as_bytes("hello"))) co_return;
  }
}

TEST_CASE("an upgrade gives the stream with what the server said at once") {
  AnsweringService service;
  Client client = service.client();
  std::string out;
  Scope scope;
  REQUIRE(scope.spawn(converse(client, out)));
  service.world.loop.run(Seconds{1});
  CHECK(out == "ready HELLO ");
  CHECK(client.idle_connections() == 0);
  CHECK(complete(service.world.loop, client.upgrade({.target = "/show"}, "x"))->error().code ==
        Code::unimplemented);
  CHECK(complete(service.world.loop, client.upgrade({.target = "/none"}, "x"))->error().code ==
        Code::not_found);
}

}  // namespace
}  // namespace hanse::http
