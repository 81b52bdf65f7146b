// A zone that is asked to take an instance from another one: for tests of what it says to such requests.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>

#include "federation/zone_identity.h"
#include "tests/support/zone_fixture.h"
#include "zone/transfers/grants.h"

namespace hanse::zone::test_support {

struct IncomingFixture : test::ZoneFixture {
  std::unique_ptr<test::ScriptedHost> host;

  IncomingFixture() {
    add_host_record("h1");
    host = std::make_unique<test::ScriptedHost>(world.runtime, zone->hosts(), "h1");
    pass(Seconds{1});
  }

  static IncomingRequest request() {
    IncomingRequest request{
        .transfer = "t-1", .source_epoch = {1}, .ca_pem = "PEM", .version = std::string(kVersion)};
    request.instance = instance("web");
    request.instance.metadata.uid = "i-1";
    request.instance.status.block_storages = {"web-boot"};
    request.sku.metadata = {.name = "tiny", .tenant = "default"};
    request.sku.spec = {.vcpu = {1}, .memory_mib = {192}};
    model::BlockStorage disk;
    disk.metadata = {.name = "web-boot", .tenant = "default", .workspace = "default", .uid = "b-1"};
    disk.spec.size_mib = {256};
    request.block_storages = {disk};
    return request;
  }

  // It names what the request would be refused for; but for the keys, which a forecast has not.
  static void check_forecast(const Error& refusal, const Result<ForecastAnswer>& forecast) {
    if (refusal.message.find("/caPem") != std::string::npos) return;
    if (refusal.code == Code::invalid_argument && !forecast) {
      CHECK(forecast.error().message == refusal.message);
      return;
    }
    REQUIRE_MESSAGE(forecast.has_value(), forecast.error().message);
    const auto& obstacles = forecast->obstacles;
    CHECK(
        std::any_of(obstacles.begin(), obstacles.end(), [&refusal](const model::TransferObstacle& obstacle) {
          return obstacle.zone == "helsinki" && obstacle.reason == refusal.message;
        }));
  }

  using Change = std::function<void(IncomingRequest&)>;
  // Refused with this code and a text that has these words.
  void check_refusal(Code code, const std::string& words, const Change& change) {
    CAPTURE(words);
    IncomingRequest wrong = request();
    change(wrong);
    const auto answer = wait(zone->transfers().prepare_incoming("warsaw", wrong));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().code == code);
    check_forecast(answer.error(), wait(zone->transfers().forecast_incoming("warsaw", {.incoming = wrong})));
    CHECK_MESSAGE(answer.error().message.find(words) != std::string::npos, answer.error().message);
    CHECK(zone->tables().transfers.all()->empty());
    CHECK(zone->tables().instances.all()->empty());
    CHECK(zone->tables().block_storages.all()->empty());
    CHECK(host->desired.empty());
  }
};

// With warsaw for a peer, whose key is known, and its transfer at the point where it waits for the grant.
struct GrantedFixture : IncomingFixture {
  federation::ZoneIdentity warsaw = identity_of("warsaw");

  GrantedFixture() {
    REQUIRE(wait(warsaw.load_or_create()));
    trust(warsaw);
    host.reset();
    restart();
    host = std::make_unique<test::ScriptedHost>(world.runtime, zone->hosts(), "h1");
    pass(Seconds{1});
    REQUIRE(wait(zone->transfers().prepare_incoming("warsaw", request())));
    pass(Seconds{1});
    model::MachineObserved ready{.uid = "i-1"};
    ready.move = model::MoveObserved{
        .transfer = "t-1", .state = model::MoveState::ready, .seed_endpoint = "10.0.0.9:4000"};
    host->observe(ready);
    pass(Seconds{1});
    REQUIRE(phase() == model::TransferPhase::sending);
  }
  model::TransferPhase phase() { return zone->transfers().get(id("t-1"))->status.phase; }
  model::TransferGrant signed_by_warsaw() {
    model::Transfer going;
    going.metadata.name = "t-1";
    going.spec.target_zone = "helsinki";
    going.status.phase = model::TransferPhase::committed;
    going.status.instance_uid = "i-1";
    going.status.source_epoch = {1};
    return Grants(warsaw, signatures, federation::Peers()).sign(going).value();
  }
};

}  // namespace hanse::zone::test_support
