#include "host/zone_link.h"

#include <doctest/doctest.h>

#include "host/fakes_for_test.h"

namespace hanse::host {
namespace {

using model::HostFrame;
using test_support::FakeZone;
using test_support::wanted;

class Heard final : public LinkReceiver {
 public:
  Task<Result<model::HostHello>> hello() override { co_return model::HostHello{.name = "h1"}; }
  void opened() override { ++opened_count; }
  void desired(model::MachineDesired desired) override { uids.push_back(desired.machine.uid); }
  void synced() override { ++synced_count; }
  model::HostPing ping() override { return {.sequence = ++pings, .disk_mib = MiB{7}}; }
  void lease(model::HostLease lease) override { leases.push_back(lease.sequence); }
  bool holds_leases() const override { return !leases.empty(); }
  void request(model::HostRequest request) override { requests.push_back(request.id); }
  void relay(model::RelayRequest request) override { relays.push_back(request.id); }

  int opened_count = 0;
  int synced_count = 0;
  std::int64_t pings = 0;
  std::vector<std::int64_t> leases;
  std::vector<std::string> uids;
  std::vector<std::int64_t> requests;
  std::vector<std::string> relays;
};

struct ZoneLinkFixture {
  FakeZone zone;
  http::Client client{zone.world.runtime, {.endpoint = test::kService}};
  Heard heard;
  ZoneLink link{zone.world.runtime, client, "h1", heard};
  Scope scope;

  void start() {
    zone.service.start();
    REQUIRE(scope.spawn(link.run()));
    zone.run(Seconds{1});
  }
};

TEST_CASE("hello, welcome, what is desired, and what is said later") {
  ZoneLinkFixture host;
  host.zone.desired = {wanted("m1", model::MachineGoal::running), wanted("m2", model::MachineGoal::stopped)};
  host.start();
  REQUIRE(host.zone.hellos.size() == 1);
  CHECK(host.zone.hellos[0].name == "h1");
  CHECK(host.link.connected());
  CHECK(host.heard.opened_count == 1);
  CHECK(host.heard.uids == std::vector<std::string>{"m1", "m2"});
  CHECK(host.heard.synced_count == 1);

  host.zone.say(HostFrame::request, to_json(model::HostRequest{.id = 7}));
  host.zone.say(HostFrame::relay, to_json(model::RelayRequest{.id = "r1"}));
  host.link.send(model::MachineObserved{.uid = "m1"});
  host.link.send(model::HostResponse{.id = 7});
  host.zone.run(Millis{1});
  CHECK(host.heard.requests == std::vector<std::int64_t>{7});
  CHECK(host.heard.relays == std::vector<std::string>{"r1"});
  REQUIRE(host.zone.responses.size() == 1);
  REQUIRE(host.zone.last("m1") != nullptr);
}

TEST_CASE("a stream that is cut is dialled again, and everything begins anew") {
  ZoneLinkFixture host;
  host.zone.desired = {wanted("m1", model::MachineGoal::running)};
  host.start();
  host.zone.cut();
  host.zone.run(Seconds{2});
  CHECK(host.zone.dialled.size() == 2);
  CHECK(host.heard.opened_count == 2);
  CHECK(host.heard.uids.size() == 2);
}

TEST_CASE("back-off grows to its cap while the zone refuses, and begins anew after a stream") {
  ZoneLinkFixture host;
  host.zone.refuses = true;
  host.start();
  host.zone.run(Seconds{600});
  const std::vector<Nanos>& dialled = host.zone.dialled;
  REQUIRE(dialled.size() > 20);
  CHECK(dialled.size() < 120);
  bool long_pause = false;
  for (std::size_t i = 1; i < dialled.size(); ++i) {
    CHECK(dialled[i] - dialled[i - 1] >= kRedialBase);
    CHECK(dialled[i] - dialled[i - 1] <= kRedialCap);
    if (dialled[i] - dialled[i - 1] > Seconds{15}) long_pause = true;
  }
  CHECK(long_pause);
  host.zone.refuses = false;
  host.zone.run(Seconds{60});
  REQUIRE(host.link.connected());
  const std::size_t before = dialled.size();
  host.zone.cut();
  host.zone.run(Seconds{2});  // at most twice the base after the first failure
  CHECK(dialled.size() == before + 1);
}

TEST_CASE("where a zone has many hosts, a host spreads its return as it was told") {
  ZoneLinkFixture host;
  host.start();
  host.zone.say(HostFrame::ping, to_json(model::HostPace{.redial_spread_ms = 1'000'000}));
  host.zone.run(Millis{1});
  host.zone.cut();
  host.zone.run(Seconds{1'200});
  REQUIRE(host.zone.dialled.size() == 2);
  const Nanos waited = host.zone.dialled[1] - host.zone.dialled[0];
  CHECK(waited > Seconds{5});  // but for a chance of 1 in 200
  CHECK(waited <= kMaxRedialSpread + kRedialBase * 2 + Seconds{1});

  host.zone.say_bytes(std::string("\0\0\0\x02\x06\x01[]", 8));  // a newer zone may say what it likes
  host.zone.run(Millis{1});
  CHECK(host.link.connected());
}

TEST_CASE("a stream on which the zone never says all it wants does not end the back-off") {
  ZoneLinkFixture host;
  host.zone.syncs = false;
  host.start();
  for (int i = 0; i < 30; ++i) {
    host.zone.cut();
    host.zone.run(Seconds{1});
  }
  CHECK(host.zone.dialled.size() < 10);
}

TEST_CASE("a stream that lived long ends the back-off even so") {
  ZoneLinkFixture host;
  host.zone.syncs = false;
  host.start();
  for (int i = 0; i < 12; ++i) {
    host.zone.cut();
    host.zone.run(Seconds{10});
  }
  host.zone.run(kRedialCap + kHealthyStream);
  REQUIRE(host.link.connected());
  const std::size_t before = host.zone.dialled.size();
  host.zone.cut();
  host.zone.run(Seconds{1});
  CHECK(host.zone.dialled.size() == before + 1);
}

TEST_CASE("a silent zone is left after its limit") {
  ZoneLinkFixture host;
  host.zone.talks = false;
  host.start();
  const std::size_t pings = static_cast<std::size_t>(host.zone.pings);
  host.zone.run(Seconds{28});
  CHECK(host.link.connected());
  CHECK(static_cast<std::size_t>(host.zone.pings) >= pings + 2);
  CHECK(host.zone.dialled.size() == 1);
  host.zone.run(Seconds{5});
  CHECK(host.zone.dialled.size() == 2);
}

TEST_CASE("a zone that talks keeps the stream") {
  ZoneLinkFixture host;
  host.start();
  host.zone.run(Seconds{300});
  CHECK(host.zone.dialled.size() == 1);
}

TEST_CASE("a zone that does not welcome is left") {
  ZoneLinkFixture host;
  host.zone.welcomes = false;
  host.start();
  CHECK_FALSE(host.link.connected());
  host.zone.run(kWelcomeLimit + Seconds{1});
  CHECK(host.zone.dialled.size() == 2);
  CHECK(host.heard.opened_count == 0);
}

TEST_CASE("a zone that closes instead of a welcome is dialled with back-off") {
  ZoneLinkFixture host;
  host.zone.welcomes = false;
  host.start();
  for (int i = 0; i < 30; ++i) {
    host.zone.cut();
    host.zone.run(Seconds{1});
  }
  CHECK(host.zone.dialled.size() > 1);
  CHECK(host.zone.dialled.size() < 10);
}

TEST_CASE("frames of a newer zone are ignored") {
  ZoneLinkFixture host;
  host.start();
  host.zone.say_bytes(codec::encode_frame({77, 1, "anything"}).value());
  host.zone.say_bytes(
      codec::encode_frame({static_cast<std::uint8_t>(HostFrame::desired), 2, "{\"new\":1}"}).value());
  host.zone.say(HostFrame::desired, to_json(wanted("m1", model::MachineGoal::running)));
  host.zone.run(Seconds{1});
  CHECK(host.heard.uids == std::vector<std::string>{"m1"});
  CHECK(host.zone.dialled.size() == 1);
}

TEST_CASE("a payload that cannot be read and a frame above the limit end the stream") {
  std::string bytes;
  SUBCASE("payload") {
    bytes =
        codec::encode_frame({static_cast<std::uint8_t>(HostFrame::desired), 1, "{\"epoch\":\"x\"}"}).value();
  }
  SUBCASE("no JSON") {
    bytes = codec::encode_frame({static_cast<std::uint8_t>(HostFrame::request), 1, "{"}).value();
  }
  SUBCASE("limit") {
    bytes = std::string("\x7F\xFF\xFF\xFF\x03\x01", 6);
  }
  ZoneLinkFixture host;
  host.start();
  host.zone.say_bytes(bytes);
  host.zone.run(Seconds{2});
  CHECK(host.zone.dialled.size() == 2);
  CHECK(host.heard.uids.empty());
}

TEST_CASE("what is said without a stream is not kept for the next") {
  ZoneLinkFixture host;
  host.zone.refuses = true;
  host.start();
  host.link.send(model::MachineObserved{.uid = "m1"});
  host.link.send(model::HostResponse{.id = 1});
  host.zone.refuses = false;
  host.zone.run(Seconds{60});
  REQUIRE(host.link.connected());
  CHECK(host.zone.observed.empty());
  CHECK(host.zone.responses.empty());
}

}  // namespace
}  // namespace hanse::host
