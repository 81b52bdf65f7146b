// Moves that share a link, in a whole zone with hosts that send as fast as the test says.
#include <doctest/doctest.h>

#include "zone/moving_hosts_for_test.h"

namespace hanse::zone {
namespace {

using model::MoveGoal;

constexpr double kLinkRate = 24e6;  // bytes a second

struct LinkSharesFixture : test_support::MovingHosts {
  // What the link gives to each that asks for more, by instance; and what it has carried of it.
  std::map<std::string, double> weights;
  std::map<std::string, double> sent;

  LinkSharesFixture() {
    for (const char* host : {"h1", "h2", "h3"}) add_host(host);
    for (const char* name : {"fast", "slow"}) create_on("h1", name);
    weights = {{"fast", 3}, {"slow", 1}};
  }

  std::string move(const std::string& name, const std::string& host) {
    const auto begun = wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                                     {.instance = name, .host = host}));
    REQUIRE_MESSAGE(begun.has_value(), begun.error().message);
    return begun->metadata.name;
  }

  std::optional<double> ceiling(const std::string& name) {
    const auto wanted = told("h1", name);
    if (!wanted.move || !wanted.move->limits.max_rate) return std::nullopt;
    return static_cast<double>(wanted.move->limits.max_rate->value);
  }

  // One held to less leaves the rest to the other.
  double rate(const std::string& name) {
    const std::string other = name == "fast" ? "slow" : "fast";
    const double share = kLinkRate * weights[name] / (weights["fast"] + weights["slow"]);
    const double left = kLinkRate - std::min(ceiling(other).value_or(kLinkRate), kLinkRate - share);
    return std::min(ceiling(name).value_or(kLinkRate), std::max(share, left));
  }

  void send_for(Seconds time) {
    constexpr Nanos kStep = Millis{500};
    for (Nanos passed{0}; passed < time; passed += kStep) {
      for (const auto& [name, weight] : weights) {
        sent[name] += rate(name) / 2;
        const auto wanted = told("h1", name);
        auto now = answer(wanted, model::MoveState::sending);
        if (wanted.move) {
          now.move->progress.step = model::TransferStep::memory;
          now.move->progress.memory_bytes = Bytes{static_cast<std::int64_t>(sent[name])};
        }
        hosts.at("h1")->observe(now);
      }
      for (const char* host : {"h2", "h3"})
        for (const auto& [uid, wanted] : hosts.at(host)->desired)
          hosts.at(host)->observe(answer(wanted, model::MoveState::sending));
      pass(kStep);
    }
  }
};

TEST_CASE_FIXTURE(LinkSharesFixture, "two moves to one place come to equal parts of the link") {
  const std::string fast = move("fast", "h2");
  move("slow", "h2");
  send_for(Seconds{15});
  REQUIRE(ceiling("fast"));
  CHECK(*ceiling("fast") < 0.65 * kLinkRate);
  CHECK(rate("fast") < 1.4 * rate("slow"));
  // The user sees it.
  const auto shown = zone->transfers().get(id(fast)).value().status.progress.ceiling;
  REQUIRE(shown);
  CHECK(shown->value == static_cast<std::int64_t>(*ceiling("fast")));
}

TEST_CASE_FIXTURE(LinkSharesFixture, "a move whose companion has ended is held no more") {
  move("fast", "h2");
  const std::string slow = move("slow", "h2");
  send_for(Seconds{15});
  REQUIRE(ceiling("fast"));
  REQUIRE(wait(zone->transfers().cancel(id(slow))));
  send_for(Seconds{5});
  CHECK_FALSE(ceiling("fast"));
}

TEST_CASE_FIXTURE(LinkSharesFixture, "moves to different places do not share a link") {
  move("fast", "h2");
  move("slow", "h3");
  send_for(Seconds{15});
  CHECK_FALSE(ceiling("fast"));
  CHECK_FALSE(ceiling("slow"));
}

TEST_CASE_FIXTURE(LinkSharesFixture, "a ceiling never raises what the user has set") {
  const std::string fast = move("fast", "h2");
  move("slow", "h2");
  send_for(Seconds{15});
  REQUIRE(ceiling("fast"));
  REQUIRE(wait(zone->transfers().limit(id(fast), {.max_rate = BytesPerSecond{3'000'000}})));
  send_for(Seconds{1});
  CHECK(ceiling("fast") == 3e6);
}

}  // namespace
}  // namespace hanse::zone
