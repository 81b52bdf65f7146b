// Snapshots of a machine as its host takes, removes and moves them.
#include <doctest/doctest.h>

#include "host/snapshots/snapshot_host_for_test.h"

namespace hanse::host {
namespace {

using model::MachineGoal;
using model::MoveGoal;
using model::MoveState;
using model::SnapshotGoal;
using State = model::SnapshotObservedState;
using test_support::chunk_filled;
using test_support::chunks_from;
using test_support::desired;
using test_support::MovingPair;
using test_support::SnapshotHost;
using test_support::with_snapshot;

Task<void> overwrite_one(SnapshotStore& store, std::uint64_t index, bool& done) {
  SnapshotStore::New again{.id = {"m1", "s1"}, .parts = {{"d1", test::kFakeDiskChunks}}, .keep = true};
  const auto parts = co_await store.begin(std::move(again));
  if (!parts) co_return;
  std::vector<PlacedChunk> chunks;
  chunks.push_back({index, chunk_filled(99)});
  const Status written = co_await parts->front()->write(std::move(chunks));
  done = written && co_await store.finish({"m1", "s1"});
}

Task<void> read_one(SnapshotStore& store, std::uint64_t index, std::string& content) {
  const auto parts = co_await store.open({"m1", "s1"});
  if (!parts) co_return;
  content = (co_await parts->front()->read(index, 1, {})).value_or("");
}

TEST_CASE("a snapshot is taken once, and the disks are one again") {
  SnapshotHost test;
  test.want(with_snapshot(desired(MachineGoal::running)));
  CHECK(test.seen().error == "");
  CHECK(test.seen().state == State::ready);
  CHECK(test.seen().parts == std::vector<model::SnapshotPart>{{"d1", test::kFakeDiskChunks}});
  CHECK(test.seen().size.value > 0);
  CHECK(test.host.driver.calls().back() == "cancel_outgoing");
  test.host.restart_agent();
  test.want(with_snapshot(desired(MachineGoal::running)));
  CHECK(test.seen().state == State::ready);
  CHECK(test.host.driver.calls_of("freeze_disks") == 1);
}

TEST_CASE("one that cannot be taken is told, leaves nothing behind, and the machine runs on") {
  SnapshotHost test;
  test.host.driver.fail_next("freeze_disks", Error{Code::resource_exhausted, "the disk is full"});
  test.want(with_snapshot(desired(MachineGoal::running)));
  CHECK(test.seen().state == State::failed);
  CHECK(test.seen().error == "the disk is full");
  CHECK(test.host.machine->observed().power_state == model::PowerState::running);
  CHECK(test.host.machine->observed().error.empty());
}

// Its chunks are on their way to the store, and stay so.
struct SlowSnapshotHost : SnapshotHost {
  SlowSnapshotHost() {
    host.driver.slow_reads = Seconds{1'000'000};
    want(with_snapshot(desired(MachineGoal::running)));
    REQUIRE(seen().state == State::taking);
    REQUIRE(host.driver.calls().back() == "freeze_disks");
    host.driver.slow_reads = Nanos{0};
  }
};

TEST_CASE_FIXTURE(SlowSnapshotHost,
                  "one that is not wanted any more is broken off, and nothing is left of it") {
  want(with_snapshot(desired(MachineGoal::running), SnapshotGoal::drop));
  CHECK(seen().state == State::gone);
  CHECK(host.driver.calls().back() == "cancel_outgoing");
  CHECK(host.machine->observed().power_state == model::PowerState::running);
}

TEST_CASE_FIXTURE(SlowSnapshotHost, "a guest that ends while one is taken is started, and it is taken then") {
  host.driver.set_run_state("m1", RunState::failed);
  pair.run(Seconds{100});
  CHECK(host.driver.calls_of("start") == 2);
  CHECK(host.driver.calls_of("freeze_disks") == 2);
  CHECK(seen().state == State::ready);
}

TEST_CASE_FIXTURE(SlowSnapshotHost, "a machine that is to stop does not wait for it, and it is taken then") {
  host.want(with_snapshot(desired(MachineGoal::stopped)));
  pair.run(Seconds{2});
  CHECK(host.machine->observed().power_state == model::PowerState::stopped);
  pair.run(Seconds{100});
  CHECK(seen().state == State::ready);
}

TEST_CASE("a machine whose lease ends does not wait for a snapshot") {
  SnapshotHost test;
  model::MachineDesired leased = with_snapshot(desired(MachineGoal::running));
  leased.leased = true;
  const model::HostPing ping = test.host.leases.ping();
  test.host.leases.granted({.sequence = ping.sequence, .machines = {"m1"}});
  test.host.driver.slow_reads = Seconds{1'000'000};
  test.host.want(leased);
  test.pair.run(Seconds{10});
  REQUIRE(test.seen().state == State::taking);
  test.pair.run(model::kHostLease);
  CHECK(test.host.machine->observed().power_state == model::PowerState::stopped);
  CHECK(test.host.driver.calls_of("stop") == 1);
  // Nor when it has one again.
  const model::HostPing again = test.host.leases.ping();
  test.host.leases.granted({.sequence = again.sequence, .machines = {"m1"}});
  test.pair.run(Seconds{5});
  CHECK(test.host.machine->observed().power_state == model::PowerState::running);
}

TEST_CASE("one that was there and is lost is not taken anew") {
  SnapshotHost test;
  test.want(with_snapshot(desired(MachineGoal::running), SnapshotGoal::keep));
  CHECK(test.seen().state == State::failed);
  CHECK(test.host.driver.calls_of("freeze_disks") == 0);
}

TEST_CASE("a snapshot that is not wanted any more goes, and all of them with the machine") {
  SnapshotHost test;
  test.want(with_snapshot(desired(MachineGoal::running)));
  SUBCASE("one") {
    test.want(with_snapshot(desired(MachineGoal::running), SnapshotGoal::drop));
    CHECK(test.seen().state == State::gone);
    test.host.restart_agent();
  }
  SUBCASE("all") {
    test.want(desired(MachineGoal::absent));
  }
  test.want(with_snapshot(desired(MachineGoal::running), SnapshotGoal::keep));
  CHECK(test.seen().state == State::failed);
}

TEST_CASE("snapshots go along with a move, and what the target has of them is not sent twice") {
  SnapshotHost test;
  test.want(with_snapshot(desired(MachineGoal::running)));
  auto moved = [&](MoveGoal goal, std::int64_t epoch) {
    model::MachineDesired wanted = with_snapshot(MovingPair::order(goal, epoch, "t1"), SnapshotGoal::keep);
    wanted.snapshots.front().parts = test.seen().parts.empty()
                                         ? std::vector<model::SnapshotPart>{{"d1", test::kFakeDiskChunks}}
                                         : test.seen().parts;
    return wanted;
  };
  test.pair.target.want(moved(MoveGoal::receive, 2));
  test.pair.run(Seconds{10});
  test.want(moved(MoveGoal::send, 1));
  REQUIRE(test.host.move().state == MoveState::handed_over);
  // The disk has the same forty chunks.
  CHECK(test.pair.saved() == 40 * static_cast<std::int64_t>(codec::kChunkBytes));
  SUBCASE("where it runs they are") {
    model::MachineDesired runs = with_snapshot(desired(MachineGoal::running, 2), SnapshotGoal::keep);
    test.pair.target.want(runs);
    test.pair.run(Seconds{60});
    const auto there = test.pair.target.machine->observed().snapshots;
    REQUIRE(there.size() == 1);
    CHECK(there.front().state == State::ready);
  }
  SUBCASE("a target that lets go has none of them") {
    test.pair.target.want(MovingPair::order(MoveGoal::discard, 2, "t1"));
    test.pair.run(Seconds{60});
    test.pair.target.want(with_snapshot(desired(MachineGoal::running, 3), SnapshotGoal::keep));
    test.pair.run(Seconds{60});
    CHECK(test.pair.target.machine->observed().snapshots.front().state == State::failed);
  }
}

TEST_CASE("in a warm move snapshots are read while the guest runs, and not again when it is down") {
  SnapshotHost test;
  test.want(with_snapshot(desired(MachineGoal::running)));
  auto moved = [&](MoveGoal goal, std::int64_t epoch) {
    model::MachineDesired wanted = with_snapshot(MovingPair::order(goal, epoch, "t1"), SnapshotGoal::keep);
    wanted.snapshots.front().parts = {{"d1", test::kFakeDiskChunks}};
    wanted.move->mode = model::TransferMode::warm;
    return wanted;
  };
  test.pair.target.want(moved(MoveGoal::receive, 2));
  test.pair.run(Seconds{10});
  test.host.want(moved(MoveGoal::send, 1));
  for (int i = 0; i < 100 && test.host.driver.calls_of("stop") == 0; ++i) test.pair.run(Millis{100});
  // While the guest goes down: what is read from now on has another chunk.
  Scope scope;
  bool overwritten = false;
  REQUIRE(scope.spawn(overwrite_one(test.host.snapshots, 3, overwritten)));
  test.pair.run(Millis{100});
  REQUIRE(overwritten);
  CHECK(test.host.move().state == MoveState::sending);
  test.pair.run(Seconds{60});
  REQUIRE(test.host.move().state == MoveState::handed_over);
  std::string content;
  REQUIRE(scope.spawn(read_one(test.pair.target.snapshots, 3, content)));
  test.pair.run(Millis{100});
  CHECK(content == chunk_filled(4));
}

TEST_CASE("a copy has the disks of the snapshot that it is made of") {
  SnapshotHost test;
  test.want(with_snapshot(desired(MachineGoal::running)));
  test.host.driver.contents["d1"][3] = chunk_filled(99);
  model::MachineDesired send = with_snapshot(MovingPair::order(MoveGoal::send, 1, "t1"), SnapshotGoal::keep);
  send.move->copied_disks = std::vector<std::string>{"d1"};
  send.move->copied_snapshot = "s1";
  model::MachineDesired receive = MovingPair::order(MoveGoal::receive, 1, "t1");
  receive.move->mode = model::TransferMode::cold;
  send.move->mode = model::TransferMode::cold;
  test.pair.target.want(receive);
  test.pair.run(Seconds{10});
  test.want(send);
  REQUIRE(test.host.move().state == MoveState::handed_over);
  CHECK(test.pair.at_target() == chunks_from(0, 40));
}

}  // namespace
}  // namespace hanse::host
