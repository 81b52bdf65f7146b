// Source and target coroutines of one transfer against each other: two records, two hosts that do what they
// are ordered, and a link between the zones that can be cut. A zone "restarts" by destroying its coroutine
// and beginning a new one over the same record.

#include <doctest/doctest.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/scope.h"
#include "migration/source_transfer.h"
#include "migration/target_transfer.h"
#include "runtime/sleep.h"
#include "tests/support/manual_loop.h"
#include "tests/support/test_runtime.h"

namespace hanse::migration {
namespace {

using model::MoveGoal;
using model::MoveState;
using model::PowerState;
using Phase = model::TransferPhase;
using Role = model::TransferRole;

class MemoryRecord final : public TransferRecord {
 public:
  MemoryRecord(Scheduler& scheduler, Role role, Phase phase) : scheduler_(scheduler), changes_(scheduler) {
    transfer.metadata.name = "t1";
    transfer.status.role = role;
    transfer.status.phase = phase;
    transfer.status.source_zone = "a";
    transfer.status.source_epoch = {1};
  }
  model::Transfer current() const override { return transfer; }
  Signal& changes() override { return changes_; }
  Task<Status> advance(TransferEvent event, std::string note) override {
    HANSE_CO_TRY(const Phase next, next_phase(transfer.status.role, transfer.status.phase, event));
    co_await sleep_for(scheduler_, Millis{5});  // the disk
    transfer.status.phase = next;
    if (!note.empty()) transfer.status.failure = note;
    changes_.notify();
    co_return Status{};
  }
  void show(const model::TransferProgress& progress) override { transfer.status.progress = progress; }
  void show_waiting_for(const std::string& peer) override { transfer.status.waiting_for = peer; }
  Task<Status> keep_report(model::TransferReport report) override {
    transfer.status.report = report;
    co_return Status{};
  }
  void cancel() {
    transfer.status.cancel_requested = true;
    changes_.notify();
  }

  model::Transfer transfer;

 private:
  Scheduler& scheduler_;
  Signal changes_;
};

// A host that carries its order out after a second, and fails where it is told to.
class ObedientHost final : public MovingMachine {
 public:
  ObedientHost(Scheduler& scheduler, PowerState power) : scheduler_(scheduler), changes_(scheduler) {
    machine_.power_state = power;
    machine_.exists = power == PowerState::running;
  }
  void order(std::optional<model::MoveOrder> order) override {
    if (order && last_ && last_->goal == order->goal) return;
    last_ = std::move(order);
    work_ = std::make_unique<Scope>();
    if (last_) REQUIRE(work_->spawn(carry_out(*last_)));
  }
  std::optional<model::MachineObserved> observed() const override { return machine_; }
  Signal& changes() override { return changes_; }

  bool runs() const { return machine_.power_state == PowerState::running; }
  void resume(Epoch epoch) {
    machine_.power_state = PowerState::running;
    machine_.epoch = epoch;
    changes_.notify();
  }
  void beat(std::string text) {
    machine_.first_heartbeat = std::move(text);
    changes_.notify();
  }
  std::string failure;  // of the next send or receive
  std::string last_heartbeat;
  Nanos duration = Seconds{1};

 private:
  Task<void> carry_out(model::MoveOrder order) {
    model::MoveObserved move{.transfer = order.transfer};
    move.state = order.goal == MoveGoal::send ? MoveState::sending : MoveState::preparing;
    machine_.move = move;
    co_await sleep_for(scheduler_, duration);
    const bool fails = !failure.empty() && (order.goal == MoveGoal::send || order.goal == MoveGoal::receive);
    switch (order.goal) {
      case MoveGoal::send:
        move.state = MoveState::handed_over;
        move.last_heartbeat = last_heartbeat;
        break;
      case MoveGoal::receive:
        move.state = MoveState::ready;
        break;
      case MoveGoal::roll_back:
        move.state = MoveState::rolled_back;
        break;
      case MoveGoal::discard:
        move.state = MoveState::discarded;
        break;
    }
    if (fails) {
      move.state = MoveState::failed;
      move.error = failure;
    }
    if (move.state == MoveState::handed_over) machine_.power_state = PowerState::moving;
    if (move.state == MoveState::rolled_back) machine_.power_state = PowerState::running;
    machine_.move = move;
    changes_.notify();
  }

  Scheduler& scheduler_;
  Signal changes_;
  std::optional<model::MoveOrder> last_;
  model::MachineObserved machine_;
  std::unique_ptr<Scope> work_;
};

class NothingToFetch final : public Preparation {
 public:
  Task<Status> fetch_images() override { co_return result; }
  std::int32_t percent() const override { return 100; }
  Bytes fetched() const override { return {}; }
  Status result;
};

struct TwoZones;

// The way from the source to the target and back: each call takes 20 ms, and fails while the link is cut.
class Link final : public TargetZone, public SourceZone {
 public:
  explicit Link(TwoZones& zones) : zones_(zones) {}
  Task<Result<IncomingView>> prepare() override;
  Task<Result<IncomingView>> wait(IncomingView seen) override;
  Task<Result<IncomingView>> grant(Epoch epoch) override;
  Task<Status> abort() override;
  Task<Result<Outcome>> outcome() override;

  bool cut = false;
  bool lose_answers = false;  // the request arrives, the answer does not
  std::optional<Error> refusal;

 private:
  Task<Status> cross();
  TwoZones& zones_;
};

struct TwoZones {
  test::TestRuntime runtime;
  test::ManualLoop& loop = runtime.loop;
  MemoryRecord source_record{loop, Role::source, Phase::planned};
  std::unique_ptr<MemoryRecord> target_record;
  ObedientHost source_host{loop, PowerState::running};
  ObedientHost target_host{loop, PowerState::stopped};
  NothingToFetch preparation;
  Link link{*this};
  Status plan;
  std::unique_ptr<SourceTransfer> source;
  std::unique_ptr<TargetTransfer> target;
  std::unique_ptr<Scope> source_scope;
  std::unique_ptr<Scope> target_scope;

  void start_source() {
    source_scope.reset();
    source = std::make_unique<SourceTransfer>(
        runtime.runtime, source_record, source_host, link, [this] { return plan; },
        SourceSettings{.peer = "b"});
    source_scope = std::make_unique<Scope>();
    REQUIRE(source_scope->spawn(source->run()));
  }
  void start_target(std::string key) {
    target_scope.reset();
    model::MoveOrder order{.transfer = "t1", .goal = MoveGoal::receive};
    order.credentials.key_pem = std::move(key);
    target = std::make_unique<TargetTransfer>(runtime.runtime, *target_record, target_host, link, preparation,
                                              order);
    target_scope = std::make_unique<Scope>();
    REQUIRE(target_scope->spawn(target->run()));
  }
  void run(Nanos time) {
    // The zone's desired state: a granted machine is to run in the new epoch.
    const MonotonicTime end = loop.now() + time;
    while (loop.now() < end) {
      loop.run(Millis{10});
      loop.advance_to(std::min(end, loop.now() + Millis{10}));
      CHECK_FALSE((source_host.runs() && target_host.runs()));
      if (target_record && target_record->transfer.status.phase == Phase::granted && !target_host.runs()) {
        CHECK_FALSE(source_host.runs());
        target_host.resume({2});
      }
    }
  }
  Phase source_phase() const { return source_record.transfer.status.phase; }
  Phase target_phase() const { return target_record->transfer.status.phase; }
};

Task<Status> Link::cross() {
  co_await sleep_for(zones_.loop, Millis{10});
  if (cut) co_return fail(Code::unavailable, "the link is cut");
  co_return Status{};
}

Task<Result<IncomingView>> Link::prepare() {
  HANSE_CO_CHECK(co_await cross());
  if (refusal) co_return fail(*refusal);
  if (!zones_.target_record) {
    zones_.target_record = std::make_unique<MemoryRecord>(zones_.loop, Role::target, Phase::preparing);
    zones_.start_target("key");
  }
  if (lose_answers) co_return fail(Code::unavailable, "the answer was lost");
  HANSE_CO_CHECK(co_await cross());
  co_return zones_.target->view();
}

Task<Result<IncomingView>> Link::wait(IncomingView seen) {
  HANSE_CO_CHECK(co_await cross());
  for (int polls = 0; polls < 50 && zones_.target->view() == seen; ++polls) {
    co_await sleep_for(zones_.loop, Millis{100});
  }
  HANSE_CO_CHECK(co_await cross());
  co_return zones_.target->view();
}

Task<Result<IncomingView>> Link::grant(Epoch epoch) {
  HANSE_CO_CHECK(co_await cross());
  CHECK(epoch == Epoch{2});
  if (zones_.target_phase() == Phase::sending) {
    HANSE_CO_CHECK(co_await zones_.target_record->advance(TransferEvent::grant_received, ""));
  }
  if (lose_answers) co_return fail(Code::unavailable, "the answer was lost");
  HANSE_CO_CHECK(co_await cross());
  co_return zones_.target->view();
}

Task<Status> Link::abort() {
  HANSE_CO_CHECK(co_await cross());
  if (!zones_.target_record) co_return fail(Code::not_found, "no such transfer");
  const Phase phase = zones_.target_phase();
  if (phase == Phase::granted || phase == Phase::completed)
    co_return fail(Code::failed_precondition, "granted");
  if (phase == Phase::preparing || phase == Phase::sending) {
    co_return co_await zones_.target_record->advance(TransferEvent::failed, "aborted by the source");
  }
  co_return Status{};
}

Task<Result<Outcome>> Link::outcome() {
  HANSE_CO_CHECK(co_await cross());
  co_return outcome_of(zones_.source_phase());
}

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
    while (!zones.target_host.runs()) zones.run(Millis{10});
    zones.run(Millis{100});
    CHECK(zones.target_phase() == Phase::granted);
    if (beats) zones.target_host.beat("1050000000 5200000000");
    zones.run(Seconds{1});
    REQUIRE(zones.source_phase() == Phase::completed);
    const auto& report = zones.source_record.transfer.status.report;
    CHECK(report->guest_blackout_ms == (beats ? std::optional<double>(150) : std::nullopt));
  }
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
