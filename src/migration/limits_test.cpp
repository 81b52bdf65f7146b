// What a user sets for a move, and changes while it is under way.
#include "migration/two_zones_for_test.h"

namespace hanse::migration {
namespace {

using test_support::Phase;
using test_support::TwoZones;

TEST_CASE("limits that change while it sends reach the host") {
  TwoZones zones;
  zones.source_host.duration = Seconds{20};
  model::TransferLimits& wanted = zones.source_record.transfer.spec.limits;
  wanted.max_blackout_ms = 50;
  zones.start_source();
  zones.run(Seconds{5});
  REQUIRE(zones.source_phase() == Phase::sending);
  CHECK(zones.source_host.limits == wanted);
  wanted.paused = true;
  zones.run(Seconds{2});
  CHECK(zones.source_host.limits.paused);
  wanted = {.max_rate = BytesPerSecond{1'000'000}};
  zones.run(Seconds{2});
  CHECK(zones.source_host.limits == wanted);
  zones.run(Seconds{60});
  CHECK(zones.source_phase() == Phase::completed);
}

TEST_CASE("what is not done by its deadline rolls back, and by then nothing is late") {
  const auto phase_after = [](Nanos duration, std::int64_t deadline) {
    TwoZones zones;
    zones.source_host.duration = duration;
    zones.source_record.transfer.metadata.created_at = to_rfc3339(zones.runtime.runtime.clock.wall_now());
    zones.source_record.transfer.spec.deadline_seconds = deadline;
    zones.start_source();
    zones.run(Seconds{60});
    CHECK((zones.source_host.runs() != zones.target_host.runs()));
    if (zones.source_phase() == Phase::rolled_back)
      CHECK(zones.source_record.transfer.status.failure.starts_with("its deadline"));
    return zones.source_phase();
  };
  CHECK(phase_after(Seconds{20}, 10) == Phase::rolled_back);
  CHECK(phase_after(Seconds{5}, 10) == Phase::completed);
}

}  // namespace
}  // namespace hanse::migration
