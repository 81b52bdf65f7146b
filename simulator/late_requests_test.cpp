// Requests that come a second time: whole ones only, as the same sender, later, and only while it is asked
// for.
#include "simulator/late_requests.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>
#include <string>
#include <vector>

#include "http/client.h"
#include "http/server.h"
#include "runtime/sleep.h"
#include "simulator/handshake.h"
#include "simulator/request_tap.h"
#include "simulator/test_roots.h"
#include "simulator/world.h"

namespace hanse::simulator {
namespace {

constexpr std::uint16_t kLatePort = 443;

struct HeardRequest {
  Nanos when{0};
  std::string text;  // who, what
};

class Listening final : public http::Handler {
 public:
  Listening(World& world, std::vector<HeardRequest>& heard) : world_(world), heard_(heard) {}
  Task<http::Reply> handle(http::Request request) override {
    heard_.push_back({world_.now(), fmt::format("{} {} {} {}", request.peer.name, request.method,
                                                request.path, request.body)});
    co_return http::text_response(200, "heard");
  }

 private:
  World& world_;
  std::vector<HeardRequest>& heard_;
};

// One that asks, one that hears, and what it heard.
struct Correspondents {
  explicit Correspondents(std::uint64_t seed) : world(seed) {
    world.late_requests().enable();
    world.add_process({.name = "server"},
                      test::runs([this](ProcessContext context) { return serve(context); }));
    world.add_process({.name = "client"},
                      test::runs([this](ProcessContext context) { return ask(context); }));
  }

  Task<void> serve(ProcessContext context) {
    Listening listening(world, heard);
    http::Server server(context.runtime, listening);
    const Endpoint endpoint{.host = "server", .port = kLatePort};
    const TlsOptions tls{.certificate_pem = certificate_text("hanse://zone/server", "ca"),
                         .trusted_ca_pem = ca_text("ca")};
    if (co_await server.start(endpoint, tls))
      co_await sleep_for(context.runtime.scheduler, EventQueue::kForever);
  }

  Task<void> ask(ProcessContext context) {
    const TlsOptions tls{.certificate_pem = certificate_text("hanse://zone/client", "ca"),
                         .trusted_ca_pem = ca_text("ca")};
    http::Client client(context.runtime, {.endpoint = {.host = "server", .port = kLatePort}, .tls = tls});
    for (int i = 0; i < 20; ++i) {
      co_await sleep_for(context.runtime.scheduler, Seconds{1});
      (void)co_await client.send({.method = "PUT", .target = "/items", .body = std::to_string(i)});
    }
  }

  std::size_t count(const std::string& text) const {
    return static_cast<std::size_t>(
        std::count_if(heard.begin(), heard.end(), [&](const HeardRequest& one) { return one.text == text; }));
  }

  World world;
  std::vector<HeardRequest> heard;
};

TEST_CASE("while it is asked for, some requests come twice, the second time later and as the same sender") {
  Correspondents pair(1);
  pair.world.late_requests().start("client", "server", Seconds{30});
  pair.world.run_until(Seconds{300});
  const std::uint64_t again = pair.world.late_requests().delivered();
  CHECK(again > 2);
  CHECK(again < 18);
  CHECK(pair.world.late_requests().pending() == 0);
  std::size_t twice = 0;
  std::size_t never = 0;  // a server does not wait for ever for what is held up
  for (int i = 0; i < 20; ++i) {
    const std::size_t times = pair.count(fmt::format("hanse://zone/client PUT /items {}", i));
    CHECK(times <= 2);
    twice += times == 2 ? 1 : 0;
    never += times == 0 ? 1 : 0;
  }
  CHECK(twice == again);
  CHECK(never <= pair.world.late_requests().stalled());
}

TEST_CASE("nothing comes twice between those of whom it is not asked, or any more") {
  Correspondents pair(2);
  pair.world.late_requests().start("client", "another", Seconds{5});
  pair.world.run_until(Seconds{10});
  pair.world.late_requests().start("server", "client", Seconds{5});
  pair.world.late_requests().stop("client", "server");
  pair.world.run_until(Seconds{60});
  CHECK(pair.heard.size() == 20);
}

TEST_CASE("when it ends, what is still to come comes within seconds") {
  Correspondents pair(3);
  pair.world.late_requests().start("client", "server", std::chrono::hours{10});
  pair.world.run_until(Seconds{21});
  CHECK(pair.world.late_requests().pending() > 0);
  pair.world.late_requests().quieten();
  pair.world.run_until(Seconds{25});
  CHECK(pair.world.late_requests().pending() == 0);
  pair.world.run_until(Seconds{100});
  CHECK(pair.heard.size() + pair.world.late_requests().stalled() >=
        20 + pair.world.late_requests().delivered());
}

TEST_CASE("some come late only, when others have come on other connections before them") {
  std::size_t overtaken = 0;
  for (std::uint64_t seed = 10; seed < 30; ++seed) {
    Correspondents pair(seed);
    pair.world.late_requests().start("client", "server", Seconds{100});
    pair.world.run_until(Seconds{1000});
    std::set<std::string> heard;
    std::string newest;
    for (const HeardRequest& one : pair.heard) {
      const bool first = heard.insert(one.text).second;
      const bool later =
          one.text.size() > newest.size() || (one.text.size() == newest.size() && one.text > newest);
      if (first && !later) ++overtaken;
      if (later) newest = one.text;
    }
  }
  CHECK(overtaken > 0);
}

TEST_CASE("a request that comes to nobody who listens is lost") {
  Correspondents pair(4);
  pair.world.late_requests().start("client", "server", Seconds{30});
  pair.world.run_until(Seconds{21});
  const std::size_t heard = pair.heard.size();
  pair.world.crash("server", false);
  pair.world.run_until(Seconds{60});
  CHECK(pair.heard.size() == heard);
  CHECK(pair.world.late_requests().pending() == 0);
}

TEST_CASE("requests are told apart however their bytes are cut, and an upgrade is the last") {
  const std::vector<std::string> requests = {
      "PUT /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", "GET /b HTTP/1.1\r\nHost: b\r\n\r\n",
      "GET /c HTTP/1.1\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n"};
  std::string bytes;
  for (const std::string& request : requests) bytes += request;
  bytes += "PUT /d HTTP/1.1\r\nContent-Length: 0\r\n\r\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    std::vector<std::string> taken;
    RequestTap tap([&](std::string request) {
      taken.push_back(std::move(request));
      return false;
    });
    for (std::size_t at = 0; at < bytes.size(); at += piece) tap.read(bytes.substr(at, piece));
    CHECK(taken == requests);
  }
}

TEST_CASE("what is no HTTP is left alone") {
  std::size_t taken = 0;
  RequestTap tap([&](const std::string&) {
    ++taken;
    return false;
  });
  tap.read("a beat\r\n\r\nand another\r\n\r\n");
  tap.read("GET / HTTP/1.1\r\n\r\n");
  CHECK(taken == 0);
}

}  // namespace
}  // namespace hanse::simulator
