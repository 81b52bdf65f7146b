#include "host/machine.h"

#include <doctest/doctest.h>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "host/host_side_for_test.h"
#include "runtime/sleep.h"

namespace hanse::host {
namespace {

using model::MachineDesired;
using model::MachineGoal;
using model::MoveGoal;
using model::MoveState;
using model::PowerState;
using test_support::desired;
using test_support::move_order;

struct MachineFixture {
  test::TestRuntime runtime;
  test::ManualLoop& loop = runtime.loop;
  test_support::HostSide side{runtime, "source"};
  test::FakeDriver& driver = side.driver;
  test_support::AllBlobs& blobs = side.blobs;
  Leases& leases = side.leases;
  MachineContext& context = side.context;
  std::unique_ptr<Machine>& machine = side.machine;
  // Of its moves; ends after them.
  test_support::HostSide target{runtime, "target"};

  MachineFixture() { driver.contents["d1"] = {{0, std::string(codec::kChunkBytes, 'c')}}; }
  void settle() { loop.run(Seconds{120}); }
  void want(MachineDesired desired) {
    machine->set_desired(std::move(desired));
    settle();
  }
  void open_target(const std::string& transfer = "t1") {
    target.want(move_order(MoveGoal::receive, 2, transfer));
    settle();
  }
  void restart_agent() { side.restart_agent(); }
};

MachineDesired move(MoveGoal goal, std::int64_t epoch = 1, std::string transfer = "t1") {
  return move_order(goal, epoch, std::move(transfer));
}

TEST_CASE("what restarts elsewhere runs as long as its lease, and again with the next") {
  MachineFixture host;
  MachineDesired wanted = desired(MachineGoal::running);
  wanted.leased = true;
  host.want(wanted);
  CHECK(host.driver.calls_of("start") == 0);
  const auto renew = [&] {
    host.leases.granted({.sequence = host.leases.ping().sequence, .machines = {"m1"}});
    host.loop.run(Seconds{5});
  };
  renew();
  CHECK(host.driver.calls_of("start") == 1);
  CHECK(host.machine->observed().power_state == PowerState::running);
  CHECK(host.machine->observed().error.empty());
  host.loop.schedule(model::kHostLease, [] {});
  host.loop.run(model::kHostLease - kLeaseLead + kLeaseGrace);
  CHECK(host.machine->observed().power_state == PowerState::stopped);
  CHECK(host.machine->observed().error.find("no lease") != std::string::npos);
  renew();
  CHECK(host.driver.calls_of("start") == 2);
  CHECK(host.machine->observed().power_state == PowerState::running);
}

TEST_CASE("a new agent leaves what it finds running, as long as it may hear of its lease") {
  MachineFixture host;
  host.driver.set_run_state("m1", RunState::running);
  MachineDesired wanted = desired(MachineGoal::running);
  wanted.leased = true;
  host.machine->set_desired(wanted);
  const auto pass = [&](Nanos time) {
    host.loop.schedule(time, [] {});
    host.loop.run(time);
  };
  pass(kFirstAnswer - Seconds{1});
  CHECK(host.driver.calls_of("stop") == 0);
  SUBCASE("it hears") {
    host.leases.granted({.sequence = host.leases.ping().sequence, .machines = {"m1"}});
    pass(Seconds{10});
    CHECK(host.driver.calls_of("stop") == 0);
  }
  SUBCASE("it does not") {
    pass(Seconds{10});
    CHECK(host.driver.calls_of("stop") == 1);
  }
}

TEST_CASE("a machine that should run is given its blobs and started, once") {
  MachineFixture host;
  host.want(desired(MachineGoal::running));
  CHECK(host.blobs.asked == std::vector<std::string>{"sha256:base"});
  CHECK(host.machine->observed().power_state == PowerState::running);
  CHECK(host.machine->observed().generation == 7);
  host.want(desired(MachineGoal::running));
  CHECK(host.driver.calls_of("start") == 1);
}

TEST_CASE("a start that fails is told and tried again") {
  MachineFixture host;
  host.blobs.result = fail(Code::unavailable, "the zone does not answer");
  host.want(desired(MachineGoal::running));
  CHECK(host.machine->observed().error == "the zone does not answer");
  host.blobs.result = Status{};
  host.settle();
  CHECK(host.machine->observed().power_state == PowerState::running);
  CHECK(host.machine->observed().error.empty());
}

TEST_CASE("a guest that powers off is started again while it should run") {
  MachineFixture host;
  host.want(desired(MachineGoal::running));
  host.driver.set_run_state("m1", RunState::stopped);
  host.settle();
  CHECK(host.machine->observed().power_state == PowerState::running);
}

TEST_CASE("stop, restart and removal") {
  MachineFixture host;
  host.want(desired(MachineGoal::running));
  MachineDesired restarted = desired(MachineGoal::running);
  restarted.restart_generation = 1;
  host.want(restarted);
  CHECK(host.driver.calls_of("stop") == 1);
  CHECK(host.driver.calls_of("start") == 2);
  host.want(desired(MachineGoal::stopped));
  CHECK(host.machine->observed().power_state == PowerState::stopped);
  host.want(desired(MachineGoal::absent));
  CHECK(host.machine->gone());
  CHECK_FALSE(host.machine->observed().exists);
}

TEST_CASE("a restarted agent does not restart the guest for a restart that was done before") {
  MachineFixture host;
  MachineDesired wanted = desired(MachineGoal::running);
  wanted.restart_generation = 3;
  host.want(wanted);
  host.restart_agent();
  host.want(wanted);
  CHECK(host.driver.calls_of("start") == 1);
  CHECK(host.driver.calls_of("stop") == 0);
}

TEST_CASE("sending goes from disks to memory to the hand-over") {
  MachineFixture host;
  host.want(desired(MachineGoal::running));
  host.open_target();
  host.want(move(MoveGoal::send));
  const auto observed = host.machine->observed();
  REQUIRE(observed.move);
  CHECK(observed.move->state == MoveState::handed_over);
  CHECK(observed.power_state == PowerState::moving);
  CHECK(host.driver.calls() == std::vector<std::string>{"start", "freeze_disks", "copy_disks", "copy_memory",
                                                        "drain_disks", "send_state"});
}

TEST_CASE("a failure at any point of sending is told, and rolling back makes the guest run again") {
  for (const char* point : {"copy_disks", "copy_memory", "drain_disks", "send_state"}) {
    CAPTURE(point);
    MachineFixture host;
    host.want(desired(MachineGoal::running));
    host.driver.fail_next(point, Error{Code::internal, "the hypervisor errs"});
    host.open_target();
    host.want(move(MoveGoal::send));
    CHECK(host.machine->observed().move->state == MoveState::failed);
    CHECK(host.machine->observed().move->error == "the hypervisor errs");
    host.want(move(MoveGoal::roll_back));
    CHECK(host.machine->observed().move->state == MoveState::rolled_back);
    CHECK(host.machine->observed().power_state == PowerState::running);
  }
}

TEST_CASE("limits that change while it sends reach the driver, and the copy goes on") {
  MachineFixture host;
  host.want(desired(MachineGoal::running));
  host.driver.hang("copy_memory");
  host.open_target();
  host.want(move(MoveGoal::send));
  MachineDesired slower = move(MoveGoal::send);
  slower.move->limits = {.paused = true, .max_rate = BytesPerSecond{1'000'000}};
  host.want(slower);
  CHECK(host.driver.limited["m1"] == slower.move->limits);
  CHECK(host.driver.calls_of("copy_memory") == 1);
  CHECK(host.machine->observed().move->state == MoveState::sending);
}

TEST_CASE("an order to roll back cuts a copy short") {
  MachineFixture host;
  host.want(desired(MachineGoal::running));
  host.driver.hang("copy_disks");
  host.open_target();
  host.want(move(MoveGoal::send));
  CHECK(host.machine->observed().move->state == MoveState::sending);
  host.want(move(MoveGoal::roll_back));
  CHECK(host.machine->observed().move->state == MoveState::rolled_back);
  CHECK(host.machine->observed().power_state == PowerState::running);
}

TEST_CASE("an agent that restarts while it sends says that the streams are lost") {
  MachineFixture host;
  host.want(desired(MachineGoal::running));
  host.driver.hang("copy_memory");
  host.open_target();
  host.want(move(MoveGoal::send));
  host.restart_agent();
  host.want(move(MoveGoal::send));
  CHECK(host.machine->observed().move->state == MoveState::failed);
  CHECK(host.driver.calls_of("copy_disks") == 1);
}

TEST_CASE("an agent that restarts after the hand-over still says so, and does not run the guest") {
  MachineFixture host;
  host.want(desired(MachineGoal::running));
  host.open_target();
  host.want(move(MoveGoal::send));
  host.restart_agent();
  host.want(move(MoveGoal::send));
  CHECK(host.machine->observed().move->state == MoveState::handed_over);
  CHECK(host.machine->observed().power_state == PowerState::moving);
  CHECK(host.driver.calls_of("cancel_outgoing") == 0);
}

TEST_CASE("a second move after one that was rolled back starts anew") {
  MachineFixture host;
  host.want(desired(MachineGoal::running));
  host.driver.fail_next("copy_memory", Error{Code::internal, "it errs"});
  host.open_target();
  host.want(move(MoveGoal::send));
  host.want(move(MoveGoal::roll_back));
  host.want(desired(MachineGoal::running));
  host.target.want(move(MoveGoal::discard, 2));
  host.settle();
  host.open_target("t2");
  host.want(move(MoveGoal::send, 1, "t2"));
  CHECK(host.machine->observed().move->state == MoveState::handed_over);
}

TEST_CASE("receiving opens the incoming end and runs nothing until the new epoch is wanted") {
  MachineFixture host;
  host.want(move(MoveGoal::receive, 2));
  CHECK(host.machine->observed().move->state == MoveState::ready);
  CHECK(host.machine->observed().move->seed_endpoint == test_support::kFakeSeedEndpoint);
  CHECK(host.machine->observed().move->memory_endpoint.empty());  // of use only when the disks are whole
  CHECK(host.machine->observed().power_state == PowerState::moving);
  host.restart_agent();
  host.want(move(MoveGoal::receive, 2));
  CHECK(host.machine->observed().move->state == MoveState::ready);
  CHECK(host.driver.calls_of("prepare_incoming") == 1);
  host.want(desired(MachineGoal::running, 2));
  CHECK(host.machine->observed().power_state == PowerState::running);
  CHECK(host.machine->observed().epoch == Epoch{2});
  CHECK(host.driver.calls_of("start") == 0);
}

TEST_CASE("a host that cannot be reached receives by relay unless the order says otherwise") {
  MachineFixture host;
  host.context.reachable = false;
  host.want(move(MoveGoal::receive, 2));
  CHECK(host.machine->observed().move->seed_endpoint == "unix:/source/relays/m1.seed");
  MachineDesired direct = move(MoveGoal::receive, 3, "t2");
  direct.move->path = model::StreamPath::direct;
  host.driver.set_run_state("m1", RunState::stopped);
  host.want(direct);
  CHECK(host.machine->observed().move->seed_endpoint == test_support::kFakeSeedEndpoint);
}

TEST_CASE("an incoming machine that was lost is told, and a discarded one leaves nothing") {
  MachineFixture host;
  host.want(move(MoveGoal::receive, 2));
  host.driver.set_run_state("m1", RunState::stopped);
  host.restart_agent();
  host.want(move(MoveGoal::receive, 2));
  CHECK(host.machine->observed().move->state == MoveState::failed);
  host.want(move(MoveGoal::discard, 2));
  CHECK(host.machine->observed().move->state == MoveState::discarded);
  CHECK_FALSE(host.machine->observed().exists);
}

TEST_CASE("a granted machine whose hypervisor died boots from its disks") {
  MachineFixture host;
  host.want(move(MoveGoal::receive, 2));
  host.driver.set_run_state("m1", RunState::stopped);
  host.want(desired(MachineGoal::running, 2));
  CHECK(host.driver.calls_of("start") == 1);
  CHECK(host.machine->observed().epoch == Epoch{2});
}

}  // namespace
}  // namespace hanse::host
