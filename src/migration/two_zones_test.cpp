// A move between two zones under lost answers, cut links and restarts.
#include "migration/two_zones_for_test.h"

namespace hanse::migration {
namespace {

using test_support::MemoryRecord;
using test_support::Phase;
using test_support::Role;
using test_support::TwoZones;

TEST_CASE("a move goes through all phases and ends with the guest at the target") {
  TwoZones zones;
  zones.start_source();
  zones.run(Seconds{30});
  CHECK(zones.source_phase() == Phase::completed);
  CHECK(zones.target_phase() == Phase::completed);
  CHECK(zones.target_host.runs());
  CHECK(zones.source_record.transfer.status.report);
}

TEST_CASE("a plan or a target that says no refuses, and nothing has moved") {
  TwoZones zones;
  zones.plan = fail(Code::failed_precondition, "the instance does not run");
  zones.start_source();
  zones.run(Seconds{5});
  CHECK(zones.source_phase() == Phase::refused);
  CHECK(zones.source_record.transfer.status.failure == "the instance does not run");

  TwoZones full;
  full.link.refusal = Error{Code::resource_exhausted, "no host has 4096 MiB free"};
  full.start_source();
  full.run(Seconds{5});
  CHECK(full.source_phase() == Phase::refused);
  CHECK(full.source_record.transfer.status.failure == "zone 'b' refused: no host has 4096 MiB free");
  CHECK(full.source_host.runs());
}

TEST_CASE("what the target does not take live moves warm where the mode is open") {
  for (const auto asked : {model::TransferMode::automatic, model::TransferMode::live}) {
    TwoZones zones;
    zones.link.refusal_of_live = live_refusal(Code::resource_exhausted, "no host has that CPU model");
    zones.source_record.transfer.spec.mode = asked;
    zones.source_record.transfer.status.mode = model::TransferMode::live;
    zones.start_source();
    zones.run(Seconds{20});
    const model::TransferStatus& status = zones.source_record.transfer.status;
    if (asked == model::TransferMode::live) {
      CHECK(status.phase == Phase::refused);
      continue;
    }
    CHECK(status.phase == Phase::completed);
    CHECK(status.mode == model::TransferMode::warm);
    CHECK(status.mode_reason == "it runs, but zone 'b' does not take it live: no host has that CPU model");
  }
}

TEST_CASE("a host that fails, at either side, leads back to the source") {
  for (const bool at_source : {true, false}) {
    TwoZones zones;
    (at_source ? zones.source_host : zones.target_host).failure = "the disk is full";
    zones.start_source();
    zones.run(Seconds{60});
    CHECK(zones.source_phase() == Phase::rolled_back);
    CHECK(zones.target_phase() == Phase::rolled_back);
    CHECK(zones.source_host.runs());
    CHECK_FALSE(zones.target_host.runs());
  }
}

TEST_CASE("a cancel before the commit point brings the guest back") {
  TwoZones zones;
  zones.source_host.duration = Seconds{20};
  zones.start_source();
  zones.run(Seconds{5});
  REQUIRE(zones.source_phase() == Phase::sending);
  zones.source_record.cancel();
  zones.run(Seconds{60});
  CHECK(zones.source_phase() == Phase::cancelled);
  CHECK(zones.source_host.runs());
  CHECK(zones.target_phase() == Phase::rolled_back);
}

TEST_CASE("a target that rolls back waits until its host has heard of it") {
  TwoZones zones;
  zones.target_host.duration = Seconds{10};  // it fetches an image, and nothing exists yet
  zones.start_source();
  zones.run(Seconds{5});
  REQUIRE(zones.target_phase() == Phase::preparing);
  zones.target_host.set_connected(false);
  zones.source_record.cancel();
  zones.run(Seconds{60});
  CHECK(zones.source_phase() == Phase::cancelled);
  CHECK(zones.target_phase() == Phase::rolling_back);
  zones.target_host.set_connected(true);
  zones.run(Seconds{60});
  CHECK(zones.target_phase() == Phase::rolled_back);
}

TEST_CASE("a link that is cut at the commit point delays the end, and names who is waited for") {
  TwoZones zones;
  zones.start_source();
  while (zones.source_phase() != Phase::committed) zones.run(Millis{10});
  zones.link.cut = true;
  zones.run(Seconds{60});
  CHECK(zones.source_phase() == Phase::committed);
  CHECK(zones.source_record.transfer.status.waiting_for == "b");
  CHECK_FALSE(zones.source_host.runs());
  zones.link.cut = false;
  zones.run(Seconds{30});
  CHECK(zones.source_phase() == Phase::completed);
  CHECK(zones.target_host.runs());
}

TEST_CASE("the report waits a moment for the guest's first beat, and no longer") {
  for (const bool beats : {true, false}) {
    TwoZones zones;
    zones.source_host.last_heartbeat = "1000000000 5000000000";
    zones.start_source();
    const MonotonicTime began = zones.loop.now();
    while (!zones.target_host.runs()) zones.run(Millis{10});
    const double runs_after = std::chrono::duration<double, std::milli>(zones.loop.now() - began).count();
    zones.run(Millis{100});
    CHECK(zones.target_phase() == Phase::granted);
    if (beats) zones.target_host.beat("1050000000 5200000000");
    zones.run(Seconds{1});
    REQUIRE(zones.source_phase() == Phase::completed);
    const auto& report = zones.source_record.transfer.status.report;
    CHECK(report->guest_blackout_ms == (beats ? std::optional<double>(150) : std::nullopt));
    // The time of the move ends with the guest's, not with the report.
    constexpr double kToBeKnown = 200;
    CHECK(report->total_ms <= runs_after + kToBeKnown);
  }
}

TEST_CASE("a blackout is told only where the clocks of the two hosts allow it") {
  struct Case {
    std::int64_t apart_ns;  // the target's clock from the source's
    bool told;
  };
  for (const auto& [apart_ns, told] :
       {Case{0, true}, Case{-1'000'000'000, false}, Case{3'600'000'000'000, false}}) {
    constexpr std::int64_t kStopped = 5'000'000'000;
    constexpr std::int64_t kBlackout = 80'000'000;
    TwoZones zones;
    zones.source_host.stopped_at_ns = std::to_string(kStopped);
    zones.source_host.last_heartbeat = fmt::format("1000000000 {}", kStopped);
    const std::int64_t resumed = kStopped + kBlackout + apart_ns;
    zones.target_host.resumed_at_ns = std::to_string(resumed);
    zones.start_source();
    while (!zones.target_host.runs()) zones.run(Millis{10});
    zones.target_host.beat(fmt::format("1020000000 {}", resumed));
    zones.run(Seconds{2});
    REQUIRE(zones.source_phase() == Phase::completed);
    const auto& report = zones.source_record.transfer.status.report;
    REQUIRE(report);
    CHECK(report->blackout_ms == (told ? std::optional<double>(80) : std::nullopt));
    CHECK(report->guest_blackout_ms == (told ? std::optional<double>(60) : std::nullopt));
  }
}

TEST_CASE("the time of a move counts from its order, also when the source's zone is started again") {
  TwoZones zones;
  zones.source_record.transfer.metadata.created_at = to_rfc3339(zones.runtime.runtime.clock.wall_now());
  zones.start_source();
  while (zones.source_phase() != Phase::committed) zones.run(Millis{10});
  zones.link.cut = true;
  zones.run(Seconds{60});
  zones.start_source();
  zones.link.cut = false;
  zones.run(Seconds{30});
  REQUIRE(zones.source_phase() == Phase::completed);
  CHECK(zones.source_record.transfer.status.report->total_ms >= 60'000);
  CHECK(zones.source_record.transfer.status.report->total_ms < 90'000);
}

TEST_CASE("what was sent is told also when the source's zone is started again after the commit") {
  TwoZones zones;
  zones.source_host.sent = to_bytes(MiB{3});
  zones.start_source();
  while (zones.source_phase() != Phase::committed) zones.run(Millis{10});
  const auto at_commit = zones.source_record.transfer.status.report;
  REQUIRE(at_commit);
  CHECK(at_commit->prepare_ms > 0);
  zones.link.cut = true;
  zones.start_source();
  zones.link.cut = false;
  zones.run(Seconds{30});
  REQUIRE(zones.source_phase() == Phase::completed);
  CHECK(zones.source_record.transfer.status.report->seed_bytes == to_bytes(MiB{3}));
  CHECK(zones.source_record.transfer.status.report->prepare_ms == at_commit->prepare_ms);
}

TEST_CASE("a host that is away is named by the zone that waits for it") {
  const auto& waiting = [](const auto& record) { return record.transfer.status.waiting_for; };
  TwoZones zones;
  zones.source_host.duration = Seconds{60};
  zones.start_source();
  while (zones.source_phase() != Phase::sending) zones.run(Millis{10});
  CHECK(waiting(zones.source_record).empty());
  zones.source_host.set_connected(false);
  zones.target_host.set_connected(false);
  zones.run(Millis{300});
  CHECK(waiting(zones.source_record) == "rack-1");
  zones.source_record.cancel();
  zones.run(Seconds{30});
  CHECK(zones.source_phase() == Phase::rolling_back);
  CHECK(waiting(zones.source_record) == "rack-1");
  CHECK(zones.target_phase() == Phase::rolling_back);
  CHECK(waiting(*zones.target_record) == "rack-1");
  zones.source_host.duration = Seconds{1};
  zones.source_host.set_connected(true);
  zones.target_host.set_connected(true);
  zones.run(Seconds{10});
  CHECK(zones.source_phase() == Phase::cancelled);
  CHECK(waiting(zones.source_record).empty());
  CHECK(zones.target_phase() == Phase::rolled_back);
  CHECK(waiting(*zones.target_record).empty());
}

TEST_CASE("a grant whose answer is lost runs the guest once") {
  TwoZones zones;
  zones.start_source();
  while (zones.source_phase() != Phase::sending) zones.run(Millis{10});
  zones.link.lose_answers = true;
  zones.run(Seconds{30});
  CHECK(zones.target_host.runs());
  zones.link.lose_answers = false;
  zones.run(Seconds{30});
  CHECK(zones.source_phase() == Phase::completed);
}

TEST_CASE("the target learns of a commit by asking when the grant never arrives") {
  TwoZones zones;
  zones.start_source();
  while (zones.source_phase() != Phase::committed) zones.run(Millis{10});
  zones.source_scope.reset();  // the source zone dies right after its commit
  zones.run(Seconds{30});
  CHECK(zones.target_host.runs());
  zones.start_source();
  zones.run(Seconds{30});
  CHECK(zones.source_phase() == Phase::completed);
}

TEST_CASE("either zone may restart at any time, and the guest runs in exactly one place") {
  for (int moment = 0; moment < 60; ++moment) {
    for (const bool at_source : {true, false}) {
      CAPTURE(moment);
      CAPTURE(at_source);
      TwoZones zones;
      zones.start_source();
      zones.run(Millis{50} * moment);
      if (at_source) zones.start_source();
      if (!at_source && zones.target_record) zones.start_target("");
      zones.run(Seconds{200});
      CHECK(model::is_end(zones.source_phase()));
      CHECK(zones.source_host.runs() != zones.target_host.runs());
      if (zones.target_record) CHECK(model::is_end(zones.target_phase()));
    }
  }
}

}  // namespace
}  // namespace hanse::migration
