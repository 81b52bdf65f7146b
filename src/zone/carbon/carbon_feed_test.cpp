#include "zone/carbon/carbon_feed.h"

#include <doctest/doctest.h>

#include "http/router.h"
#include "http/server.h"
#include "tests/support/test_runtime.h"

namespace hanse::zone {
namespace {

constexpr char kFile[] = "/carbon.json";
constexpr Seconds kInterval{900};
constexpr Seconds kStale{7200};

struct CarbonFeedFixture {
  test::TestRuntime world;
  EventLog events{world.runtime};
  ZoneConfig config{.name = "helsinki", .member_state = "FI"};
  std::string answer;  // of the server
  int status = 200;
  http::Router router;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<CarbonFeed> feed;
  Scope scope;

  CarbonFeedFixture() { config.carbon_feed = CarbonFeedConfig{.file = kFile}; }
  void start() {
    feed = std::make_unique<CarbonFeed>(world.runtime, events, config);
    REQUIRE(scope.spawn(feed->keep()));
    pass(Seconds{1});
  }
  void start_server() {
    config.carbon_feed = CarbonFeedConfig{.url = "https://grid.example/now", .ca_file = "/ca"};
    world.files.content["/ca"] = "a CA";
    router.add("GET /now", [this](http::Request, http::PathParameters) { return reply(); });
    server = std::make_unique<http::Server>(world.runtime, router, http::ServerLimits{});
    REQUIRE(scope.spawn(serve(*server)));
    pass(Seconds{1});
  }
  void pass(Nanos time) {
    const MonotonicTime end = world.loop.now() + time;
    world.loop.run(time);
    world.loop.advance_to(end);
  }
  std::string table(const std::string& intensity, Nanos age) {
    return fmt::format(R"({{"source":"grid.example","unit":"gCO2eq/kWh","validFrom":"{}","intensity":{}}})",
                       to_rfc3339(world.loop.wall_now() - age), intensity);
  }
  // "41 by grid.example"
  std::string figure() const {
    const auto known = feed->figure();
    return known ? fmt::format("{} by {}", known->grams_per_kwh.value, known->source) : "none";
  }
  std::vector<std::string> told() const {
    std::vector<std::string> reasons;
    for (const auto& entry : events.list("zone", "helsinki", 0, 100)) reasons.push_back(entry.event.reason);
    return reasons;
  }

 private:
  Task<http::Reply> reply() {
    http::Reply out;
    out.response.status = status;
    out.response.body = answer;
    co_return out;
  }
  static Task<void> serve(http::Server& server) {
    [[maybe_unused]] const Status started =
        co_await server.start(Endpoint{.host = "grid.example", .port = 443}, {});
  }
};

using Reasons = std::vector<std::string>;
constexpr char kAverage[] = "80 by Electricity Maps, yearly average 2024";
constexpr char kFallback[] = "80 by Electricity Maps, yearly average 2024; the feed is not current";

TEST_CASE_FIXTURE(CarbonFeedFixture, "without a feed the average counts, and nothing is said of a feed") {
  config.carbon_feed.reset();
  start();
  CHECK(figure() == kAverage);
  CHECK(told().empty());
}

TEST_CASE_FIXTURE(CarbonFeedFixture,
                  "a file gives the figure of the zone before that of its state, and is read again") {
  world.files.content[kFile] = table(R"({"FI":41,"SE":3})", Seconds{60});
  start();
  CHECK(figure() == "41 by grid.example");
  world.files.content[kFile] = table(R"({"FI":41,"helsinki":12})", Seconds{0});
  pass(kInterval);
  CHECK(figure() == "12 by grid.example");
  CHECK(told().empty());
}

TEST_CASE_FIXTURE(CarbonFeedFixture,
                  "a malformed feed is told once and changes nothing, until its figures are stale") {
  world.files.content[kFile] = table(R"({"FI":41})", Seconds{0});
  start();
  world.files.content[kFile] = R"({"source":"grid.example","unit":"pounds","intensity":{"FI":1}})";
  pass(kInterval * 3);
  CHECK(figure() == "41 by grid.example");
  CHECK(told() == Reasons{"CarbonFeedFault"});
  pass(kStale);
  CHECK(figure() == kFallback);
  CHECK(told() == Reasons{"CarbonFeedFault"});
  world.files.content[kFile] = table(R"({"FI":39})", Seconds{0});
  pass(kInterval);
  CHECK(figure() == "39 by grid.example");
  CHECK(told() == Reasons{"CarbonFeedFault", "CarbonFeedUsed"});
}

TEST_CASE_FIXTURE(CarbonFeedFixture,
                  "figures of too long ago, of other places, and none at all do not count") {
  SUBCASE("old") {
    world.files.content[kFile] = table(R"({"FI":41})", kStale + Seconds{60});
  }
  SUBCASE("elsewhere") {
    world.files.content[kFile] = table(R"({"SE":41})", Seconds{0});
  }
  SUBCASE("no time") {
    world.files.content[kFile] =
        R"({"source":"x","unit":"gCO2eq/kWh","validFrom":"noon","intensity":{"FI":41}})";
  }
  SUBCASE("missing") {
    world.files.content.erase(kFile);
  }
  start();
  CHECK(figure() == kFallback);
  CHECK(told() == Reasons{"CarbonFeedFault"});
}

TEST_CASE_FIXTURE(CarbonFeedFixture, "figures that are yet to come wait for their time") {
  world.files.content[kFile] = table(R"({"FI":41})", Seconds{0});
  start();
  world.files.content[kFile] = table(R"({"FI":99})", -(kInterval + kInterval / 2));
  pass(kInterval);
  CHECK(figure() == "41 by grid.example");
  pass(kInterval);
  CHECK(figure() == "99 by grid.example");
  CHECK(told().empty());
}

TEST_CASE_FIXTURE(CarbonFeedFixture, "the operator's own figure counts when the feed is not current") {
  config.carbon_grams_per_kwh = 57;
  config.carbon_source = "the operator";
  start();
  CHECK(figure() == "57 by the operator; the feed is not current");
}

TEST_CASE_FIXTURE(CarbonFeedFixture,
                  "a feed over HTTP is read, refusals and answers that are too large are told") {
  start_server();
  answer = table(R"({"FI":41})", Seconds{0});
  start();
  CHECK(figure() == "41 by grid.example");
  status = 503;
  pass(kInterval);
  CHECK(figure() == "41 by grid.example");
  CHECK(told() == Reasons{"CarbonFeedFault"});
  status = 200;
  answer = table(R"({"FI":42})", Seconds{0}) + std::string(placement::kMaxCarbonText, ' ');
  pass(kInterval);
  CHECK(figure() == "41 by grid.example");
  answer = table(R"({"FI":43})", Seconds{0});
  pass(kInterval);
  CHECK(figure() == "43 by grid.example");
  CHECK(told().back() == "CarbonFeedUsed");
}

TEST_CASE("a feed is a file or an https address, with times that make sense") {
  const auto fault = [](CarbonFeedConfig feed) {
    const Status good = check(feed);
    return good ? std::string() : good.error().sources.at(0).pointer;
  };
  CHECK(fault({.file = "/f"}).empty());
  CHECK(fault({.url = "https://grid.example/now"}).empty());
  CHECK(fault({}) == "/carbonFeed");
  CHECK(fault({.file = "/f", .url = "https://grid.example/now"}) == "/carbonFeed");
  CHECK(fault({.url = "http://grid.example/now"}) == "/carbonFeed/url");
  CHECK(fault({.file = "/f", .interval_seconds = 1}) == "/carbonFeed/intervalSeconds");
  CHECK(fault({.file = "/f", .interval_seconds = 900, .stale_seconds = 899}) == "/carbonFeed/staleSeconds");
}

}  // namespace
}  // namespace hanse::zone
