// The simulated driver, two of them over one world's machines: boots, stops, moves, and what faults do to it.
#include "host/drivers/simulated/driver.h"

#include <doctest/doctest.h>
#include <string>

#include "runtime/sleep.h"
#include "simulator/hypervisor.h"
#include "simulator/invariants.h"
#include "simulator/test_roots.h"
#include "simulator/world.h"

namespace hanse::simulator {
namespace {

using host::Driver;
using host::RunState;
using host::simulated::SimulatedDriver;

const std::string kUid = "vm-1";

model::MachineSpec machine() {
  return model::MachineSpec{.uid = kUid, .name = "web", .title = "", .memory_mib = {256}};
}

// An agent that only has a driver.
class Agent final : public ProcessRoot {
 public:
  Agent(ProcessContext context, host::simulated::Fleet& fleet)
      : driver_(context.runtime, fleet, {.host = context.name, .stream_host = context.name}) {}
  Driver& driver() { return driver_; }
  // Runs a call and keeps what came of it.
  void call(Task<Status> work) { called_ = scope_.spawn(run(std::move(work))); }
  bool done() const { return called_ && scope_.running() == 0; }
  const Status& status() const { return status_; }

 private:
  Task<void> run(Task<Status> work) { status_ = co_await std::move(work); }

  SimulatedDriver driver_;
  Status status_ = fail(Code::unknown, "not done");
  bool called_ = false;
  Scope scope_;
};

struct TwoHosts {
  explicit TwoHosts(std::uint64_t seed) : world(seed), hypervisor(world.core()) {
    for (const char* name : {"left", "right"}) {
      world.add_process({.name = name}, [this](ProcessContext context) {
        return std::make_unique<Agent>(context, hypervisor.fleet());
      });
    }
    add_machine_invariants(world, hypervisor.fleet());
  }
  ~TwoHosts() { world.crash_all(); }

  Agent& agent(const std::string& name) { return dynamic_cast<Agent&>(*world.process(name).root()); }
  Driver& driver(const std::string& name) { return agent(name).driver(); }
  Status call(const std::string& name, Task<Status> work) {
    agent(name).call(std::move(work));
    if (!world.run_until_true([&] { return agent(name).done(); }, Seconds{120}))
      return fail(Code::deadline_exceeded, "the call did not end");
    return agent(name).status();
  }
  RunState state(const std::string& host) {
    const auto* found = hypervisor.fleet().find(host, kUid);
    return found == nullptr ? RunState::failed : found->state.run_state;
  }
  void start_left() {
    CHECK(call("left", driver("left").start(machine(), Epoch{1})));
    world.run_for(Seconds{5});
    REQUIRE(state("left") == RunState::running);
  }
  // Until the source waits at the switch point.
  void move_to_switch_point(bool direct = true) {
    REQUIRE(call("right", open(direct)));
    const host::OutgoingOptions options{.target = endpoints};
    REQUIRE(call("left", driver("left").copy_disks(kUid, options)));
    REQUIRE(call("left", copy_memory(options)));
    REQUIRE(state("left") == RunState::switch_point);
  }
  Task<Status> open(bool direct) {
    const host::IncomingOptions options{.direct = direct};
    HANSE_CO_TRY(const auto writers,
                 co_await driver("right").prepare_incoming(machine(), Epoch{2}, host::KeptDisks::none));
    CHECK(writers.empty());
    HANSE_CO_TRY(endpoints, co_await driver("right").open_incoming(kUid, options));
    co_return Status{};
  }
  Task<Status> copy_memory(host::OutgoingOptions options) {
    HANSE_CO_TRY(kind, co_await driver("left").copy_memory(kUid, std::move(options)));
    co_return Status();
  }
  Task<Status> hand_over() {
    HANSE_CO_CHECK(co_await driver("left").drain_disks(kUid));
    co_return co_await driver("left").send_state(kUid, host::SwitchKind::whole);
  }

  World world;
  Hypervisor hypervisor;
  host::IncomingEndpoints endpoints;
  host::SwitchKind kind = host::SwitchKind::whole;
};

TEST_CASE("a machine boots, writes, and stops with its disk kept") {
  TwoHosts hosts(1);
  hosts.start_left();
  CHECK(hosts.call("left", hosts.driver("left").start(machine(), Epoch{1})));  // again: nothing happens
  CHECK(hosts.driver("left").console(kUid, 0).text == "web booted\n");
  CHECK(hosts.call("left", hosts.driver("left").stop(kUid, Seconds{30})));
  CHECK(hosts.state("left") == RunState::stopped);
  CHECK(hosts.hypervisor.fleet().acknowledged().at(kUid).total() > 10);
  CHECK_FALSE(check_writes_kept(hosts.hypervisor.fleet(), kUid));
  hosts.start_left();
  CHECK_FALSE(hosts.world.violation());
}

TEST_CASE("a machine moves with its writes, and the report says how long it stood still") {
  TwoHosts hosts(1);
  hosts.start_left();
  hosts.move_to_switch_point();
  CHECK(hosts.driver("right").observe(kUid)->run_state == RunState::incoming);
  CHECK_FALSE(hosts.call("right", hosts.driver("right").resume_incoming(kUid, Epoch{2})));  // not whole yet
  CHECK(hosts.call("left", hosts.hand_over()));
  CHECK(hosts.state("left") == RunState::handed_over);
  CHECK(hosts.driver("left").memory_progress(kUid).sent.value > 0);
  CHECK(hosts.call("right", hosts.driver("right").resume_incoming(kUid, Epoch{2})));
  hosts.world.run_for(Seconds{5});
  CHECK_FALSE(hosts.world.violation());
  CHECK_FALSE(check_runs_once(hosts.hypervisor.fleet(), kUid));
  CHECK_FALSE(check_writes_kept(hosts.hypervisor.fleet(), kUid));
  CHECK(hosts.driver("right").observe(kUid)->epoch == Epoch{2});
}

TEST_CASE("a cut link pauses a move, and one that stays cut breaks it") {
  TwoHosts hosts(1);
  hosts.start_left();
  hosts.move_to_switch_point();
  hosts.world.partition("left", "right");
  SUBCASE("for a while") {
    hosts.world.at(hosts.world.now() + Seconds{5}, [&] { hosts.world.heal("left", "right"); });
    CHECK(hosts.call("left", hosts.hand_over()));
  }
  SUBCASE("for long; the source runs on") {
    CHECK(hosts.call("left", hosts.hand_over()).error().code == Code::unavailable);
    CHECK(hosts.call("left", hosts.driver("left").cancel_outgoing(kUid)));
    hosts.world.run_for(Seconds{5});
    CHECK(hosts.state("left") == RunState::running);
    CHECK_FALSE(check_writes_kept(hosts.hypervisor.fleet(), kUid));
  }
  CHECK_FALSE(hosts.world.violation());
}

TEST_CASE("machines and their moves outlive a crash of the agent, and the next one finds them") {
  TwoHosts hosts(1);
  hosts.start_left();
  hosts.move_to_switch_point();
  hosts.world.crash("left", false);
  hosts.world.crash("right", false);
  hosts.world.run_for(Seconds{5});
  hosts.world.restart("left");
  hosts.world.restart("right");
  CHECK(hosts.driver("left").observe(kUid)->run_state == RunState::switch_point);
  CHECK(hosts.driver("right").observe(kUid)->run_state == RunState::incoming);
  CHECK(hosts.call("left", hosts.hand_over()));
}

TEST_CASE("an incoming machine that is thrown away breaks the move at its source") {
  TwoHosts hosts(1);
  hosts.start_left();
  hosts.move_to_switch_point();
  CHECK(hosts.call("right", hosts.driver("right").remove(kUid)));
  CHECK(hosts.call("left", hosts.hand_over()).error().code == Code::unavailable);
  CHECK(hosts.call("left", hosts.driver("left").cancel_outgoing(kUid)));
  CHECK(hosts.state("left") == RunState::running);
}

TEST_CASE("the invariants see a machine that runs twice, and a lost write") {
  TwoHosts hosts(1);
  hosts.start_left();
  auto& fleet = hosts.hypervisor.fleet();
  SUBCASE("after a hand-over both sides run") {
    hosts.move_to_switch_point();
    REQUIRE(hosts.call("left", hosts.hand_over()));
    REQUIRE(hosts.call("right", hosts.driver("right").resume_incoming(kUid, Epoch{2})));
    REQUIRE(fleet.cancel_outgoing("left", kUid));
    REQUIRE_FALSE(hosts.world.run_for(Seconds{5}));
    CHECK(hosts.world.violation()->invariant == "one copy runs");
  }
  SUBCASE("booted a second time elsewhere") {
    REQUIRE(fleet.boot("right", machine(), Epoch{1}));
    REQUIRE_FALSE(hosts.world.run_for(Seconds{5}));
    CHECK(hosts.world.violation()->invariant == "one copy runs");
  }
  SUBCASE("started anew from an empty disk") {
    fleet.kill("left", kUid);
    REQUIRE(fleet.boot("right", machine(), Epoch{2}));
    REQUIRE_FALSE(hosts.world.run_for(Seconds{5}));
    CHECK(hosts.world.violation()->invariant == "no write is lost");
  }
  SUBCASE("a disk that forgets") {
    fleet.damage_disk("left", kUid);
    REQUIRE_FALSE(hosts.world.run_for(Seconds{5}));
    CHECK(hosts.world.violation()->invariant == "no write is lost");
  }
}

TEST_CASE("the invariants see a guest that is booted anew while its memory is there") {
  TwoHosts hosts(1);
  hosts.start_left();
  auto& fleet = hosts.hypervisor.fleet();
  const Invariant kept = memory_is_kept(fleet);
  SUBCASE("after its hypervisor has died it may be") {
    fleet.kill("left", kUid);
    REQUIRE(fleet.boot("left", machine(), Epoch{1}));
    CHECK_FALSE(kept());
  }
  SUBCASE("after it was stopped it may be, elsewhere, too") {
    REQUIRE(hosts.call("left", hosts.driver("left").stop(kUid, Seconds{30})));
    fleet.remove("left", kUid);
    REQUIRE(fleet.boot("right", machine(), Epoch{2}));
    CHECK_FALSE(kept());
  }
  SUBCASE("before it ever ran its hypervisor died, too") {
    auto first = machine();
    first.uid = "vm-2";
    REQUIRE(fleet.prepare_incoming("right", first, Epoch{1}, host::KeptDisks::none));
    fleet.kill("right", first.uid);
    REQUIRE(fleet.prepare_incoming("right", first, Epoch{1}, host::KeptDisks::none));
    REQUIRE(fleet.finish_incoming("right", first.uid));
    REQUIRE(fleet.boot("right", first, Epoch{1}));
    CHECK_FALSE(kept());
  }
  SUBCASE("after it was stopped where it has come to, while its source is not removed yet") {
    hosts.move_to_switch_point();
    REQUIRE(hosts.call("left", hosts.hand_over()));
    REQUIRE(fleet.resume_incoming("right", kUid, Epoch{2}));
    REQUIRE(hosts.call("right", hosts.driver("right").stop(kUid, Seconds{30})));
    fleet.remove("right", kUid);
    REQUIRE(fleet.boot("right", machine(), Epoch{3}));
    CHECK_FALSE(kept());
  }
  SUBCASE("after it was thrown away") {
    fleet.remove("left", kUid);
    REQUIRE(fleet.boot("left", machine(), Epoch{1}));
    CHECK(kept());
  }
  SUBCASE("where it has come to, and the hypervisor of another copy has died") {
    hosts.move_to_switch_point();
    REQUIRE(hosts.call("left", hosts.hand_over()));
    fleet.kill("right", kUid);
    fleet.remove("right", kUid);
    REQUIRE(fleet.boot("right", machine(), Epoch{2}));
    CHECK(kept());
  }
}

TEST_CASE("an incoming machine whose hypervisor has died breaks the move, and is prepared once more") {
  TwoHosts hosts(1);
  hosts.start_left();
  hosts.move_to_switch_point();
  hosts.hypervisor.fleet().kill("right", kUid);
  CHECK(hosts.state("right") == RunState::failed);
  CHECK(hosts.call("left", hosts.hand_over()).error().code == Code::unavailable);
  CHECK(hosts.call("left", hosts.driver("left").cancel_outgoing(kUid)));
  hosts.move_to_switch_point();
  CHECK(hosts.call("left", hosts.hand_over()));
  CHECK_FALSE(hosts.world.violation());
}

TEST_CASE("a hypervisor that dies keeps what was acknowledged") {
  TwoHosts hosts(1);
  hosts.start_left();
  hosts.hypervisor.fleet().kill("left", kUid);
  CHECK(hosts.state("left") == RunState::failed);
  hosts.start_left();
  CHECK_FALSE(hosts.world.violation());
}

TEST_CASE("the checks of the quiet end see what is wrong") {
  using model::TransferPhase;
  CHECK_FALSE(check_transfers_ended(
      {{"a", "t", TransferPhase::completed, ""}, {"b", "t", TransferPhase::completed, ""}}));
  CHECK(check_transfers_ended({{"a", "t", TransferPhase::sending, "b"}}));
  CHECK(check_transfers_ended(
      {{"a", "t", TransferPhase::completed, ""}, {"b", "t", TransferPhase::rolled_back, ""}}));
  TwoHosts hosts(1);
  CHECK(check_runs_once(hosts.hypervisor.fleet(), kUid));
  CHECK(check_writes_kept(hosts.hypervisor.fleet(), kUid));
}

}  // namespace
}  // namespace hanse::simulator
