#include "simulator/network.h"

#include <array>
#include <doctest/doctest.h>
#include <string>

#include "runtime/sleep.h"
#include "simulator/handshake.h"
#include "simulator/test_roots.h"
#include "simulator/world.h"

namespace hanse::simulator {
namespace {

using test::runs;
using test::runs_nothing;

constexpr std::uint16_t kPort = 443;
constexpr Nanos kTimeout = Seconds{5};

// What client and server saw.
struct Seen {
  std::string received;
  Status server;
  Status client;
  PeerIdentity client_of_server;
  PeerIdentity server_of_client;
  bool server_done = false;
  bool client_done = false;
  Nanos client_done_at{0};
};

struct Plan {
  std::optional<TlsOptions> server_tls;
  std::optional<TlsOptions> client_tls;
  std::string text = "hello";
  int repeat = 1;
  Nanos read_pause{0};
};

Task<Status> serve_one(ProcessContext context, const Plan* plan, Seen* seen) {
  HANSE_CO_TRY(const auto listener, co_await context.runtime.network.listen(
                                        Endpoint{.host = "0.0.0.0", .port = kPort}, plan->server_tls));
  HANSE_CO_TRY(const auto stream, co_await listener->accept());
  std::array<std::byte, 1000> buffer{};
  while (true) {
    co_await sleep_for(context.runtime.scheduler, plan->read_pause);
    HANSE_CO_TRY(const std::size_t count, co_await stream->read_some(buffer));
    seen->client_of_server = stream->peer();
    if (count == 0) break;
    seen->received.append(reinterpret_cast<const char*>(buffer.data()), count);
  }
  HANSE_CO_CHECK(co_await stream->write(as_bytes("done")));
  co_return Status{};
}

Task<void> serve(ProcessContext context, const Plan* plan, Seen* seen) {
  seen->server = co_await serve_one(context, plan, seen);
  seen->server_done = true;
  co_await sleep_for(context.runtime.scheduler, EventQueue::kForever);
}

Task<Status> call_once(ProcessContext context, const Plan* plan, Seen* seen) {
  HANSE_CO_TRY(const auto stream, co_await context.runtime.network.connect(
                                      Endpoint{.host = "server", .port = kPort}, plan->client_tls, kTimeout));
  seen->server_of_client = stream->peer();
  for (int i = 0; i < plan->repeat; ++i) HANSE_CO_CHECK(co_await stream->write(as_bytes(plan->text)));
  HANSE_CO_CHECK(co_await stream->shutdown_write());
  std::array<std::byte, 16> answer{};
  HANSE_CO_TRY(const std::size_t count, co_await stream->read_some(answer));
  if (count != 4) co_return fail(Code::internal, "a wrong answer");
  co_return Status{};
}

Task<void> call(ProcessContext context, World* world, const Plan* plan, Seen* seen) {
  co_await sleep_for(context.runtime.scheduler, Millis{100});
  seen->client = co_await call_once(context, plan, seen);
  seen->client_done = true;
  seen->client_done_at = world->now();
  co_await sleep_for(context.runtime.scheduler, EventQueue::kForever);
}

struct Pair {
  Pair(std::uint64_t seed, Plan the_plan) : plan(std::move(the_plan)), world(seed) {
    world.add_process({.name = "server"},
                      runs([this](ProcessContext context) { return serve(context, &plan, &seen); }));
    world.add_process({.name = "client"},
                      runs([this](ProcessContext context) { return call(context, &world, &plan, &seen); }));
  }
  Plan plan;
  Seen seen;
  World world;
};

TEST_CASE("bytes arrive in order, whatever is lost or late on the way") {
  Plan plan{.repeat = 2000};
  Pair pair(3, plan);
  pair.world.links().set_default(
      {.jitter = Millis{50}, .loss_per_million = 200'000, .reorder_per_million = 300'000});
  pair.plan.text = "0123456789";
  pair.world.run_for(Seconds{600});
  REQUIRE(pair.seen.client_done);
  CHECK(pair.seen.client);
  CHECK(pair.seen.server);
  REQUIRE(pair.seen.received.size() == 20'000);
  bool ordered = true;
  for (std::size_t i = 0; i < pair.seen.received.size(); ++i)
    ordered = ordered && pair.seen.received[i] == static_cast<char>('0' + i % 10);
  CHECK(ordered);
}

TEST_CASE("loss costs time") {
  Pair good(3, Plan{.repeat = 100});
  good.world.run_for(Seconds{600});
  Pair bad(3, Plan{.repeat = 100});
  bad.world.links().set_default({.loss_per_million = 500'000});
  bad.world.run_for(Seconds{600});
  REQUIRE(good.seen.client_done);
  REQUIRE(bad.seen.client_done);
  CHECK(good.seen.client_done_at < Millis{200});
  CHECK(bad.seen.client_done_at > good.seen.client_done_at + Millis{200});
}

TEST_CASE("a slow reader holds up the writer") {
  Pair pair(3, Plan{.text = std::string(100'000, 'x'), .repeat = 10, .read_pause = Millis{100}});
  pair.world.run_for(Seconds{50});
  CHECK_FALSE(pair.seen.client_done);
  CHECK(pair.seen.received.size() < 600'000);
  pair.world.run_for(Seconds{100});
  CHECK(pair.seen.client_done);
  CHECK(pair.seen.received.size() == 1'000'000);
}

TEST_CASE("nobody at the other end, or nobody listening, is unavailable") {
  World world(1);
  Seen seen;
  Plan plan;
  world.add_process({.name = "server"}, runs_nothing());
  world.add_process({.name = "client"},
                    runs([&](ProcessContext context) { return call(context, &world, &plan, &seen); }));
  SUBCASE("not listening: at once") {
    world.run_for(Seconds{1});
    REQUIRE(seen.client_done);
    CHECK(seen.client.error().code == Code::unavailable);
  }
  SUBCASE("the machine has vanished: after the timeout") {
    world.crash("server", true);
    world.run_for(Seconds{4});
    CHECK_FALSE(seen.client_done);
    world.run_for(Seconds{2});
    REQUIRE(seen.client_done);
    CHECK(seen.client.error().code == Code::unavailable);
  }
}

TEST_CASE("a partition lets nothing through, and after it things go on or are reset") {
  int went_on = 0;
  int reset = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Pair pair(seed, Plan{.repeat = 500, .read_pause = Millis{10}});
    pair.plan.text = std::string(1000, 'x');
    pair.world.run_for(Seconds{1});
    pair.world.partition("client", "server");
    pair.world.run_for(Seconds{4});  // until what had arrived is read
    const std::size_t before = pair.seen.received.size();
    pair.world.run_for(Seconds{4});
    CHECK(pair.seen.received.size() == before);
    CHECK(before < 500'000);
    pair.world.heal("client", "server");
    pair.world.run_for(Seconds{100});
    CHECK(pair.seen.client_done);
    CHECK(pair.seen.server_done);
    if (pair.seen.client) ++went_on;
    if (!pair.seen.client) ++reset;
  }
  CHECK(went_on > 0);
  CHECK(reset > 0);
}

TEST_CASE("a partition that stays ends the connection at both ends") {
  Pair pair(5, Plan{.text = std::string(1000, 'x'), .repeat = 500, .read_pause = Millis{10}});
  pair.world.run_for(Seconds{1});
  pair.world.partition("client", "server");
  pair.world.run_for(Seconds{200});
  CHECK(pair.seen.client.error().code == Code::unavailable);
  CHECK(pair.seen.server.error().code == Code::unavailable);
}

TEST_CASE("a peer that crashes is noticed, at once or in the end") {
  for (const bool silently : {false, true}) {
    Pair pair(5, Plan{.text = std::string(1000, 'x'), .repeat = 500, .read_pause = Millis{10}});
    pair.world.run_for(Seconds{1});
    pair.world.crash("server", silently);
    pair.world.run_for(Seconds{1});
    CHECK(pair.seen.client_done == !silently);
    pair.world.run_for(Seconds{100});
    REQUIRE(pair.seen.client_done);
    CHECK(pair.seen.client.error().code == Code::unavailable);
  }
}

TEST_CASE("certificates prove names to those who trust their CA") {
  Plan plan{.server_tls = TlsOptions{.certificate_pem = certificate_text("hanse://zone/a", "f1"),
                                     .trusted_ca_pem = ca_text("f2")},
            .client_tls = TlsOptions{.certificate_pem = certificate_text("hanse://zone/b", "f2"),
                                     .trusted_ca_pem = ca_text("f1"),
                                     .expected_name = "hanse://zone/a"}};
  SUBCASE("both ways") {
    Pair pair(1, plan);
    pair.world.run_for(Seconds{1});
    CHECK(pair.seen.client);
    CHECK(pair.seen.server_of_client.name == "hanse://zone/a");
    CHECK(pair.seen.client_of_server.name == "hanse://zone/b");
    CHECK(pair.seen.client_of_server.issuer_fingerprint == "f2");
  }
  SUBCASE("an unknown client is nobody") {
    plan.server_tls->trusted_ca_pem = ca_text("f22");
    Pair pair(1, plan);
    pair.world.run_for(Seconds{1});
    CHECK(pair.seen.client);
    CHECK(pair.seen.client_of_server.name.empty());
  }
  SUBCASE("where one is required, nobody is refused") {
    plan.server_tls->trusted_ca_pem.clear();
    plan.server_tls->require_certificate = true;
    Pair pair(1, plan);
    pair.world.run_for(Seconds{1});
    CHECK(pair.seen.server.error().code == Code::unauthenticated);
    CHECK(pair.seen.client.error().code == Code::unavailable);
  }
  SUBCASE("another name, another CA, or no TLS at all is refused") {
    Plan wrong_name = plan;
    wrong_name.client_tls->expected_name = "hanse://zone/c";
    Plan wrong_ca = plan;
    wrong_ca.client_tls->trusted_ca_pem = ca_text("f9");
    Plan no_tls = plan;
    no_tls.server_tls.reset();
    for (const Plan& bad : {wrong_name, wrong_ca, no_tls}) {
      Pair pair(1, bad);
      pair.world.run_for(Seconds{1});
      REQUIRE_FALSE(pair.seen.client);
      CHECK(pair.seen.client.error().code == Code::unauthenticated);
    }
  }
}

}  // namespace
}  // namespace hanse::simulator
