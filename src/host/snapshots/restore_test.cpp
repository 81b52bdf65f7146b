// A machine becomes what it was in a snapshot.
#include <doctest/doctest.h>

#include "host/snapshots/snapshot_host_for_test.h"

namespace hanse::host {
namespace {

using model::MachineGoal;
using model::SnapshotGoal;
using State = model::SnapshotObservedState;
using test_support::chunk_filled;
using test_support::chunks_from;
using test_support::desired;
using test_support::SnapshotHost;
using test_support::with_cancelled_wish;
using test_support::with_snapshot;
using test_support::with_wish;

Task<void> keep_result(Task<Status> task, std::optional<Status>& out) {
  out = co_await std::move(task);
}

TEST_CASE("a guest that ends while a restore waits is started: nothing was given up for it yet") {
  SnapshotHost test;
  test.want(with_snapshot(desired(MachineGoal::running)));
  const auto wait_on = [&test](int seconds) {
    for (int step = 0; step < seconds; ++step) {
      test.host.driver.fail_next("peek_disks", Error{Code::unavailable, "the file is locked"});
      test.pair.run(Seconds{1});
    }
  };
  test.host.driver.fail_next("peek_disks", Error{Code::unavailable, "the file is locked"});
  test.host.want(with_wish(desired(MachineGoal::running)));
  wait_on(5);
  test.host.driver.set_run_state("m1", RunState::stopped);
  wait_on(60);
  CHECK(test.host.machine->observed().power_state == model::PowerState::running);
  CHECK(test.host.machine->observed().restore_waits == "the file is locked");
}

TEST_CASE("a machine becomes what it was, once for each wish") {
  SnapshotHost test;
  test.want(with_snapshot(desired(MachineGoal::running)));
  test.host.driver.contents["d1"][3] = chunk_filled(99);
  test.want(with_wish(desired(MachineGoal::running)));
  CHECK(test.host.machine->observed().restored == "w1");
  CHECK(test.host.machine->observed().restore_error == "");
  CHECK(test.host.machine->observed().power_state == model::PowerState::running);
  CHECK(test.host.driver.written["d1"] == chunks_from(0, 40));
  CHECK(test.host.driver.calls().back() == "start");
  test.host.restart_agent();
  test.want(with_wish(desired(MachineGoal::running)));
  CHECK(test.host.machine->observed().restored == "w1");
  CHECK(test.host.driver.calls_of("prepare_incoming") == 1);
  test.want(with_wish(desired(MachineGoal::stopped), "w2"));
  CHECK(test.host.machine->observed().restored == "w2");
  CHECK(test.host.driver.calls_of("prepare_incoming") == 2);
  CHECK(test.host.machine->observed().power_state == model::PowerState::stopped);
}

TEST_CASE("an agent that dies while it brings a snapshot back begins anew, and runs nothing before") {
  SnapshotHost test;
  test.want(with_snapshot(desired(MachineGoal::running)));
  test.host.driver.hang("finish_incoming");
  test.want(with_wish(desired(MachineGoal::running)));
  CHECK(test.host.machine->observed().restored.empty());
  test.host.driver.go_on("finish_incoming");
  test.host.restart_agent();
  test.want(with_wish(desired(MachineGoal::running)));
  CHECK(test.host.machine->observed().restored == "w1");
  CHECK(test.host.driver.calls_of("prepare_incoming") == 2);
  CHECK(test.host.driver.calls_of("resume_incoming") == 0);
  CHECK(test.host.driver.written["d1"] == chunks_from(0, 40));
}

TEST_CASE("a wish that waits says why, and one that is cancelled ends with the machine as it is") {
  SnapshotHost test;
  test.want(with_snapshot(desired(MachineGoal::running)));
  test.host.driver.fail_next("peek_disks", Error{Code::unavailable, "the file is locked"});
  test.host.want(with_wish(desired(MachineGoal::running)));
  test.pair.run(Millis{1'100});
  CHECK(test.host.machine->observed().restore_waits == "the file is locked");
  CHECK(test.host.machine->observed().restored.empty());
  SUBCASE("cancelled") {
    test.want(with_cancelled_wish(desired(MachineGoal::running)));
    CHECK(test.host.machine->observed().restored == "w1");
    CHECK(test.host.machine->observed().restore_error.find("cancelled") != std::string::npos);
    CHECK(test.host.machine->observed().restore_begun == std::nullopt);
    CHECK(test.host.driver.calls_of("prepare_incoming") == 0);
    CHECK(test.host.driver.calls_of("stop") == 0);
  }
  SUBCASE("still wished") {
    test.pair.run(Seconds{100});
    CHECK(test.host.machine->observed().restored == "w1");
    CHECK(test.host.machine->observed().restore_begun == "w1");
  }
  CHECK(test.host.machine->observed().restore_waits == std::nullopt);
  CHECK(test.host.machine->observed().power_state == model::PowerState::running);
}

TEST_CASE("a cancel does not wait for what the restore waits for") {
  SnapshotHost test;
  test.want(with_snapshot(desired(MachineGoal::running)));
  test.host.driver.hang("peek_disks");
  test.want(with_wish(desired(MachineGoal::running)));
  CHECK(test.host.machine->observed().restored.empty());
  test.want(with_cancelled_wish(desired(MachineGoal::running)));
  CHECK(test.host.machine->observed().restored == "w1");
  CHECK(test.host.driver.calls_of("prepare_incoming") == 0);
}

TEST_CASE("a cancel that comes when something was overwritten changes nothing") {
  SnapshotHost test;
  test.want(with_snapshot(desired(MachineGoal::running)));
  test.host.driver.hang("finish_incoming");
  test.want(with_wish(desired(MachineGoal::running)));
  CHECK(test.host.machine->observed().restore_begun == "w1");
  test.want(with_cancelled_wish(desired(MachineGoal::running)));
  CHECK(test.host.driver.calls_of("prepare_incoming") == 1);
  CHECK(test.host.machine->observed().restored.empty());
  test.host.driver.go_on("finish_incoming");
  test.host.restart_agent();
  test.want(with_cancelled_wish(desired(MachineGoal::running)));
  CHECK(test.host.machine->observed().restored == "w1");
  CHECK(test.host.machine->observed().restore_error.empty());
}

TEST_CASE("a wish for what is not here ends, and the machine stays as it is") {
  SnapshotHost test;
  test.want(with_wish(desired(MachineGoal::running)));
  CHECK(test.host.machine->observed().restored == "w1");
  CHECK(test.host.machine->observed().restore_error.find("is not on this host") != std::string::npos);
  CHECK(test.host.driver.calls_of("stop") == 0);
  CHECK(test.host.machine->observed().power_state == model::PowerState::running);
}

TEST_CASE("a machine whose disks are half of a snapshot that is lost runs no more, and says why") {
  SnapshotHost test;
  test.want(with_snapshot(desired(MachineGoal::running)));
  test.host.driver.hang("finish_incoming");
  test.want(with_wish(desired(MachineGoal::running)));
  test.host.driver.go_on("finish_incoming");
  test.host.restart_agent();
  test.host.driver.set_run_state("m1", RunState::stopped);
  std::optional<Status> removed;
  Scope scope;
  REQUIRE(scope.spawn(keep_result(test.host.snapshots.remove({"m1", "s1"}), removed)));
  test.pair.run(Seconds{1});
  const auto starts = test.host.driver.calls_of("start");
  test.want(with_wish(desired(MachineGoal::running)));
  CHECK(test.host.machine->observed().restored.empty());
  CHECK(test.host.machine->observed().error.find("is not on this host") != std::string::npos);
  CHECK(test.host.driver.calls_of("start") == starts);
}

TEST_CASE("a state that cannot be loaded lets it boot from the disks, and is told") {
  SnapshotHost test;
  test.host.driver.guest_state = chunks_from(0, 3);
  test.want(with_snapshot(desired(MachineGoal::running), SnapshotGoal::take, true));
  test.host.driver.fail_next("load_saved_state", Error{Code::failed_precondition, "another CPU"});
  test.want(with_wish(desired(MachineGoal::running)));
  CHECK(test.host.machine->observed().restored == "w1");
  CHECK(test.host.machine->observed().restore_error.find("another CPU") != std::string::npos);
  CHECK(test.host.driver.calls().back() == "start");
  CHECK(test.host.machine->observed().power_state == model::PowerState::running);
}

TEST_CASE("with the state of the guest it goes on where it was") {
  SnapshotHost test;
  test.host.driver.guest_state = chunks_from(0, 3);
  test.want(with_snapshot(desired(MachineGoal::running), SnapshotGoal::take, true));
  REQUIRE(test.seen().state == State::ready);
  CHECK(test.seen().parts.back().name == model::kMemoryPart);
  test.want(with_wish(desired(MachineGoal::running)));
  CHECK(test.host.driver.loaded_state == chunks_from(0, 3));
  CHECK(test.host.driver.calls().back() == "resume_incoming");
  CHECK(test.host.driver.calls_of("finish_incoming") == 0);
}

}  // namespace
}  // namespace hanse::host
