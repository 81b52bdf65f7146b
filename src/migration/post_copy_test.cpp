// A post-copy between two zones: the source commits before the rest of the memory is sent, and the target is
// at its end only when that is there.
#include "migration/two_zones_for_test.h"

namespace hanse::migration {
namespace {

using test_support::Phase;
using test_support::TwoZones;

struct PostCopy : TwoZones {
  PostCopy() {
    source_record.transfer.spec.streams.post_copy = true;
    source_host.post_copy = true;
    target_host.set_awaits_memory(true);
    start_source();
  }
};

TEST_CASE("a post-copy commits at the switch point, and ends when all memory has followed") {
  PostCopy zones;
  zones.run(Seconds{20});
  CHECK(zones.source_phase() == Phase::committed);
  CHECK(zones.source_host.committed);
  CHECK(zones.target_phase() == Phase::granted);
  CHECK(zones.target_host.runs());
  CHECK(zones.target_record->transfer.status.waiting_for == "a");
  zones.target_host.set_awaits_memory(false);
  zones.run(Seconds{20});
  CHECK(zones.source_phase() == Phase::completed);
  CHECK(zones.target_phase() == Phase::completed);
  CHECK(zones.target_record->transfer.status.waiting_for.empty());
  CHECK(zones.source_record.transfer.status.report->post_copy);
  CHECK_FALSE(zones.target_host.memory_lost);
}

TEST_CASE("a source zone that restarts after the commit tells its host again") {
  PostCopy zones;
  zones.run(Seconds{20});
  zones.source_host.committed = false;
  zones.start_source();
  zones.run(Seconds{5});
  CHECK(zones.source_host.committed);
}

TEST_CASE("what follows of the memory is shown as the source's host says, without news of the target") {
  PostCopy zones;
  zones.run(Seconds{20});
  for (const int percent : {20, 40, 60}) {
    zones.source_host.send_rest({.step = model::TransferStep::memory, .percent = percent});
    zones.run(Millis{100});
    CHECK(zones.source_record.transfer.status.progress.percent == percent);
  }
}

TEST_CASE("of a source that ends with memory that the target lacks, the target hears so at once") {
  PostCopy zones;
  zones.run(Seconds{20});
  zones.source_host.end("machine m1 has ended");
  zones.run(Millis{200});
  CHECK(zones.target_host.memory_lost);
  CHECK(zones.source_phase() == Phase::committed);
  zones.target_host.set_awaits_memory(false);  // it has booted
  zones.run(Seconds{20});
  CHECK(zones.source_phase() == Phase::completed);
}

}  // namespace
}  // namespace hanse::migration
