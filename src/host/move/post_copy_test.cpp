// A post-copy between two hosts: nothing of it may leave the source before the zone has committed, and after
// it nothing leads back.
#include <doctest/doctest.h>

#include "host/move/moving_pair_for_test.h"

namespace hanse::host {
namespace {

using model::MachineDesired;
using model::MachineGoal;
using model::MoveGoal;
using model::MoveState;
using test_support::desired;
using test_support::MovingPair;

struct PostCopyPair : MovingPair {
  PostCopyPair() {
    source.driver.switch_kind = SwitchKind::post_copy;
    source.driver.contents["d1"] = test_support::chunks_from(0, 10);
    begin();
    run(Seconds{30});
  }
  static MachineDesired send(bool committed) {
    MachineDesired wanted = order(MoveGoal::send, 1, "t1");
    wanted.move->streams.post_copy = true;
    wanted.move->committed = committed;
    return wanted;
  }
  static MachineDesired follow() { return order(MoveGoal::follow, 2, "t1"); }
  // The zones have said so, and the guest runs there without all of its memory.
  void commit() {
    target.driver.set_memory("m1", MemoryState::follows);
    target.want(follow());
    run(Seconds{5});
    source.want(send(true));
  }
  std::ptrdiff_t sent_states() const { return source.driver.calls_of("send_state"); }
};

TEST_CASE("a source waits at its switch point until the zone has committed, and sends the rest then") {
  PostCopyPair hosts;
  CHECK(hosts.source.move().state == MoveState::switch_ready);
  CHECK(hosts.source.move().report.post_copy);
  CHECK(hosts.source.driver.calls_of("drain_disks") == 1);
  CHECK(hosts.sent_states() == 0);
  hosts.commit();
  hosts.run(Seconds{10});
  CHECK(hosts.sent_states() == 1);
  CHECK(hosts.source.driver.calls_of("send_rest") == 1);
  CHECK(hosts.source.move().state == MoveState::handed_over);
  CHECK(hosts.target.machine->observed().awaits_memory);
  CHECK(hosts.target.driver.calls_of("settle_incoming") == 0);
  hosts.target.driver.set_memory("m1", MemoryState::whole);
  hosts.run(Seconds{10});
  CHECK_FALSE(hosts.target.machine->observed().awaits_memory);
  CHECK(hosts.target.driver.calls_of("settle_incoming") == 1);
  CHECK(hosts.source.driver.calls_of("break_outgoing") + hosts.source.driver.calls_of("cancel_outgoing") ==
        0);
}

TEST_CASE("an agent that restarts at the switch point waits on, and does not run the guest") {
  PostCopyPair hosts;
  hosts.source.restart_agent();
  hosts.source.want(PostCopyPair::send(false));
  hosts.run(Seconds{30});
  CHECK(hosts.source.move().state == MoveState::switch_ready);
  CHECK(hosts.source.driver.calls_of("break_outgoing") == 0);
  hosts.commit();
  hosts.run(Seconds{10});
  CHECK(hosts.sent_states() == 1);
  CHECK(hosts.source.move().state == MoveState::handed_over);
}

TEST_CASE("an agent that restarts while memory follows goes on, and does not begin again") {
  PostCopyPair hosts;
  hosts.source.driver.hang("send_rest");
  hosts.commit();
  hosts.run(Seconds{10});
  REQUIRE(hosts.sent_states() == 1);
  hosts.source.restart_agent();
  hosts.source.driver.go_on("send_rest");
  hosts.source.want(PostCopyPair::send(true));
  hosts.run(Seconds{10});
  CHECK(hosts.sent_states() == 1);
  CHECK(hosts.source.move().state == MoveState::handed_over);
}

TEST_CASE("before the commit it may still be rolled back") {
  PostCopyPair hosts;
  hosts.source.want(MovingPair::order(MoveGoal::roll_back, 1, "t1"));
  hosts.run(Seconds{10});
  CHECK(hosts.source.move().state == MoveState::rolled_back);
  CHECK(hosts.source.machine->observed().power_state == model::PowerState::running);
}

TEST_CASE("a machine that ends at its switch point fails, and the zone may roll back") {
  PostCopyPair hosts;
  hosts.source.driver.set_run_state("m1", RunState::stopped);
  hosts.run(Seconds{1});
  CHECK(hosts.source.move().state == MoveState::failed);
}

TEST_CASE("a stream that breaks while memory follows is replaced by another") {
  PostCopyPair hosts;
  hosts.source.driver.fail_next("send_rest", Error{Code::unavailable, "the stream broke"});
  hosts.commit();
  hosts.run(Seconds{30});
  CHECK(hosts.target.driver.calls_of("reopen_incoming") == 1);
  CHECK(hosts.source.driver.calls_of("send_again") == 1);
  CHECK(hosts.source.driver.calls_of("send_rest") == 2);
  CHECK(hosts.source.move().state == MoveState::handed_over);
  CHECK(hosts.source.move().report.cuts == 1);
}

TEST_CASE("a target that needs no more of the source's memory says so, and the source ends its part") {
  PostCopyPair hosts;
  hosts.source.driver.fail_next("send_rest", Error{Code::unavailable, "the stream broke"});
  hosts.commit();
  hosts.target.driver.set_memory("m1", MemoryState::whole);
  hosts.run(Seconds{30});
  CHECK(hosts.source.move().state == MoveState::failed);
  CHECK(hosts.source.driver.calls_of("stop") == 1);
  CHECK(hosts.source.machine->observed().power_state == model::PowerState::stopped);
  CHECK(hosts.target.driver.calls_of("reopen_incoming") == 0);
  CHECK(hosts.source.driver.calls_of("break_outgoing") + hosts.source.driver.calls_of("cancel_outgoing") ==
        0);
}

TEST_CASE("a source that cannot send what the target needs to run ends, and is not run again") {
  PostCopyPair hosts;
  hosts.source.driver.fail_next("send_state", Error{Code::unavailable, "the stream broke"});
  hosts.commit();
  hosts.run(Seconds{30});
  CHECK(hosts.source.move().state == MoveState::failed);
  CHECK(hosts.source.machine->observed().power_state == model::PowerState::stopped);
  hosts.source.restart_agent();
  hosts.source.want(PostCopyPair::send(true));
  hosts.run(Seconds{30});
  CHECK(hosts.source.move().state == MoveState::failed);
  CHECK(hosts.source.driver.calls_of("start") == 1);
}

TEST_CASE("a target that waits for its state boots from its disks when its user restarts it") {
  PostCopyPair hosts;
  hosts.target.driver.hang("resume_incoming");
  hosts.target.want(PostCopyPair::follow());
  hosts.run(Seconds{10});
  REQUIRE(hosts.target.driver.calls_of("start") == 0);
  MachineDesired restarted = PostCopyPair::follow();
  restarted.restart_generation = 1;
  hosts.target.want(restarted);
  hosts.run(Seconds{10});
  CHECK(hosts.target.driver.calls_of("start") == 1);
}

TEST_CASE("a target whose source is lost boots from its disks") {
  PostCopyPair hosts;
  hosts.source.driver.hang("send_rest");
  hosts.commit();
  hosts.run(Seconds{10});
  REQUIRE(hosts.target.driver.calls_of("start") == 0);
  SUBCASE("as the zone says") {
    MachineDesired lost = PostCopyPair::follow();
    lost.move->memory_lost = true;
    hosts.target.want(lost);
    hosts.run(Seconds{10});
  }
  SUBCASE("as it does not come again") {
    hosts.target.driver.set_memory("m1", MemoryState::cut);
    hosts.run(kRejoinPatience - Seconds{10});
    CHECK(hosts.target.driver.calls_of("stop") == 0);
    hosts.run(Seconds{30});
  }
  CHECK(hosts.target.driver.calls_of("stop") == 1);
  CHECK(hosts.target.driver.calls_of("start") == 1);
}

}  // namespace
}  // namespace hanse::host
