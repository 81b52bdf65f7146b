// Zones that distrust each other: what one says never decides what becomes of the other's copy before that
// has decided itself.

#include <fmt/format.h>

#include "migration/two_zones_for_test.h"

namespace hanse::migration {
namespace {

using test_support::Phase;
using test_support::TwoZones;

TEST_CASE("a target that claims a right that it was not granted gets nothing, and the guest runs on") {
  for (const Phase claimed : {Phase::granted, Phase::completed, Phase::committed}) {
    CAPTURE(claimed);
    TwoZones zones;
    zones.link.lie = IncomingView{.phase = claimed, .resumed_at_ns = "7", .first_heartbeat = "1 2"};
    zones.start_source();
    zones.run(Seconds{30});
    CHECK(zones.source_phase() == Phase::rolled_back);
    CHECK(zones.source_host.runs());
    CHECK_FALSE(zones.source_record.transfer.status.report);
  }
}

TEST_CASE("a target that is ready before its host has got anything does not end the source's epoch") {
  TwoZones zones;
  zones.link.lie =
      IncomingView{.phase = Phase::sending, .seed_endpoint = "10.0.0.9:1", .ca_pem = "another's"};
  zones.source_host.failure = "TLS failed: unknown ca";
  zones.start_source();
  zones.run(Seconds{30});
  CHECK(zones.source_phase() == Phase::rolled_back);
  CHECK(zones.source_host.runs());
}

// Not for ever: a source that never gets there is a fault.
void run_until(TwoZones& zones, Phase phase) {
  for (int i = 0; i < 6000 && zones.source_phase() != phase; ++i) zones.run(Millis{10});
  REQUIRE(zones.source_phase() == phase);
}

TEST_CASE("a target that gives up after the commit cannot make the source run the guest again") {
  TwoZones zones;
  zones.start_source();
  run_until(zones, Phase::committed);
  zones.link.lie = IncomingView{.phase = Phase::rolling_back, .failure = "it never came"};
  zones.run(Seconds{60});
  CHECK(zones.source_phase() == Phase::committed);
  CHECK_FALSE(zones.source_host.runs());
  zones.link.lie.reset();
  zones.run(Seconds{30});
  CHECK(zones.source_phase() == Phase::completed);
}

TEST_CASE("a target or a guest that tells times which no clock shows leaves the report without them") {
  constexpr const char* kLeast = "-9223372036854775808";
  constexpr const char* kMost = "9223372036854775807";
  for (const char* last : {"1000000000 5000000000", "-9223372036854775808 9223372036854775807"}) {
    CAPTURE(last);
    TwoZones zones;
    zones.source_host.last_heartbeat = last;
    zones.start_source();
    run_until(zones, Phase::committed);
    zones.link.lie = IncomingView{.phase = Phase::completed,
                                  .resumed_at_ns = kLeast,
                                  .first_heartbeat = fmt::format("{} {}", kMost, kLeast)};
    run_until(zones, Phase::completed);
    const auto& report = zones.source_record.transfer.status.report;
    REQUIRE(report);
    CHECK_FALSE(report->guest_blackout_ms);
    CHECK_FALSE(report->blackout_ms);
  }
}

TEST_CASE("a source that has granted nothing does not make the target run the guest by being asked") {
  TwoZones zones;
  zones.start_source();
  run_until(zones, Phase::sending);
  zones.source_scope.reset();  // it says no word more
  zones.run(Seconds{300});
  CHECK_FALSE(zones.target_host.runs());
  CHECK(zones.target_phase() == Phase::sending);
}

TEST_CASE("a target that always answers at once is asked less often than it answers") {
  for (const Phase claimed : {Phase::preparing, Phase::granted}) {
    CAPTURE(claimed);
    TwoZones zones;
    zones.start_source();
    if (claimed == Phase::granted) run_until(zones, Phase::committed);
    zones.link.lie = IncomingView{.phase = claimed};
    zones.run(Seconds{60});
    CHECK(zones.link.waits > 500);
    CHECK(zones.link.waits < 700);  // and without a pause 6000: an answer takes 10 ms
  }
}

TEST_CASE("a source that says that it committed and does not sign it is waited for") {
  TwoZones zones;
  zones.link.unsigned_word = true;
  zones.start_source();
  run_until(zones, Phase::committed);
  zones.source_scope.reset();  // the grant itself does not come
  zones.run(Seconds{60});
  CHECK(zones.target_phase() == Phase::sending);
  CHECK_FALSE(zones.target_host.runs());
  CHECK(zones.target_record->transfer.status.waiting_for == "a");
  zones.link.unsigned_word = false;
  zones.run(Seconds{60});
  CHECK(zones.target_host.runs());
  CHECK(zones.target_record->transfer.status.grant);
}

}  // namespace
}  // namespace hanse::migration
