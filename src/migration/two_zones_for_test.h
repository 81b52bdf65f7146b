// Source and target coroutines of one transfer against each other: two records, two hosts that do what they
// are ordered, and a link between the zones that can be cut. A zone "restarts" by destroying its coroutine
// and beginning a new one over the same record.
#pragma once

#include <algorithm>
#include <cstdint>
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

namespace hanse::migration::test_support {

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
    if (report_) transfer.status.report = report_;
    if (!note.empty()) transfer.status.failure = note;
    changes_.notify();
    co_return Status{};
  }
  Task<Status> take_grant(model::TransferGrant grant, std::string note) override {
    if (grant.signature != "signed by a") co_return fail(Code::unauthenticated, "not signed by zone 'a'");
    HANSE_CO_CHECK(co_await advance(TransferEvent::grant_received, std::move(note)));
    transfer.status.grant = std::move(grant);
    co_return Status{};
  }
  Task<Status> take_mode(ModeChoice choice) override {
    apply(std::move(choice), transfer);
    co_return Status{};
  }
  void show(const model::TransferProgress& progress) override { transfer.status.progress = progress; }
  void show_waiting_for(const std::string& peer) override { transfer.status.waiting_for = peer; }
  void set_report(model::TransferReport report) override { report_ = report; }
  void cancel() {
    transfer.status.cancel_requested = true;
    changes_.notify();
  }

  model::Transfer transfer;

 private:
  Scheduler& scheduler_;
  Signal changes_;
  std::optional<model::TransferReport> report_;
};

// A host that carries its order out after a second, and fails where it is told to.
class ObedientHost final : public MovingMachine {
 public:
  ObedientHost(Scheduler& scheduler, PowerState power) : scheduler_(scheduler), changes_(scheduler) {
    machine_.power_state = power;
    machine_.exists = power == PowerState::running;
  }
  void order(std::optional<model::MoveOrder> order) override {
    if (order) limits = order->limits;
    committed = order && order->committed;
    memory_lost = order && order->memory_lost;
    wanted_ = order;
    if (!connected_ || (order && last_ && last_->goal == order->goal)) return;
    last_ = std::move(order);
    work_ = std::make_unique<Scope>();
    if (last_) REQUIRE(work_->spawn(carry_out(*last_)));
  }
  std::optional<model::MachineObserved> observed() const override { return machine_; }
  std::string absent_host() const override { return connected_ ? "" : "rack-1"; }
  Signal& changes() override { return changes_; }

  bool runs() const { return machine_.power_state == PowerState::running; }
  // While it is not it goes on with what it heard last; with the connection it hears the newest.
  void set_connected(bool connected) {
    connected_ = connected;
    order(wanted_);
    changes_.notify();
  }
  void resume(Epoch epoch) {
    machine_.power_state = PowerState::running;
    machine_.epoch = epoch;
    machine_.resumed_at_ns = resumed_at_ns;
    changes_.notify();
  }
  void beat(std::string text) {
    machine_.first_heartbeat = std::move(text);
    changes_.notify();
  }
  // Of a source that has committed.
  void send_rest(model::TransferProgress progress) {
    machine_.move->state = MoveState::sending;
    machine_.move->progress = progress;
    changes_.notify();
  }
  // Of a source that has committed, and of a target whose guest runs.
  void end(std::string reason) {
    machine_.move->state = MoveState::failed;
    machine_.move->error = std::move(reason);
    changes_.notify();
  }
  void set_awaits_memory(bool awaits) {
    machine_.awaits_memory = awaits;
    changes_.notify();
  }
  bool post_copy = false;        // it comes to that when it sends
  bool committed = false;        // of the newest order
  bool memory_lost = false;      // of the newest order
  std::string failure;           // of the next send or receive
  model::TransferLimits limits;  // of the newest order
  Bytes sent;                    // when it hands over
  std::string last_heartbeat;
  std::string stopped_at_ns;        // by the clock of this host
  std::string resumed_at_ns = "7";  // as above
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
        move.state = post_copy ? MoveState::switch_ready : MoveState::handed_over;
        move.report.post_copy = post_copy;
        move.report.seed_bytes = sent;
        move.last_heartbeat = last_heartbeat;
        move.stopped_at_ns = stopped_at_ns;
        break;
      case MoveGoal::follow:
        co_return;
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
    if (move.state == MoveState::handed_over || move.state == MoveState::switch_ready)
      machine_.power_state = PowerState::moving;
    if (move.state == MoveState::rolled_back) machine_.power_state = PowerState::running;
    machine_.move = move;
    changes_.notify();
  }

  Scheduler& scheduler_;
  Signal changes_;
  bool connected_ = true;
  std::optional<model::MoveOrder> wanted_;
  std::optional<model::MoveOrder> last_;  // that it has heard
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
  Task<Result<IncomingView>> grant(Epoch epoch, bool memory_lost) override;
  Task<Status> abort() override;
  Task<Result<OutcomeView>> outcome() override;

  bool cut = false;
  bool lose_answers = false;   // the request arrives, the answer does not
  bool unsigned_word = false;  // nothing that the source says of the outcome is signed
  std::optional<Error> refusal;
  std::optional<Error> refusal_of_live;
  std::optional<IncomingView> lie;  // of the target, whatever is so
  int waits = 0;                    // how often the source has asked for news

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

inline Task<Status> Link::cross() {
  co_await sleep_for(zones_.loop, Millis{10});
  if (cut) co_return fail(Code::unavailable, "the link is cut");
  co_return Status{};
}

inline Task<Result<IncomingView>> Link::prepare() {
  HANSE_CO_CHECK(co_await cross());
  if (refusal) co_return fail(*refusal);
  const bool live = zones_.source_record.transfer.status.mode == model::TransferMode::live;
  if (live && refusal_of_live) co_return fail(*refusal_of_live);
  if (lie) co_return *lie;
  if (!zones_.target_record) {
    zones_.target_record = std::make_unique<MemoryRecord>(zones_.loop, Role::target, Phase::preparing);
    zones_.target_record->transfer.spec.streams = zones_.source_record.transfer.spec.streams;
    zones_.start_target("key");
  }
  if (lose_answers) co_return fail(Code::unavailable, "the answer was lost");
  HANSE_CO_CHECK(co_await cross());
  co_return zones_.target->view();
}

inline Task<Result<IncomingView>> Link::wait(IncomingView seen) {
  ++waits;
  HANSE_CO_CHECK(co_await cross());
  if (lie) co_return *lie;
  for (int polls = 0; polls < 50 && zones_.target->view() == seen; ++polls) {
    co_await sleep_for(zones_.loop, Millis{100});
  }
  HANSE_CO_CHECK(co_await cross());
  co_return zones_.target->view();
}

inline Task<Result<IncomingView>> Link::grant(Epoch epoch, bool memory_lost) {
  HANSE_CO_CHECK(co_await cross());
  CHECK(epoch == Epoch{2});
  if (zones_.target_phase() == Phase::sending) {
    HANSE_CO_CHECK(co_await zones_.target_record->take_grant({epoch, "a's key", "signed by a"}, ""));
  }
  if (memory_lost) zones_.target->give_up_memory();
  if (lose_answers) co_return fail(Code::unavailable, "the answer was lost");
  HANSE_CO_CHECK(co_await cross());
  co_return zones_.target->view();
}

inline Task<Status> Link::abort() {
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

inline Task<Result<OutcomeView>> Link::outcome() {
  HANSE_CO_CHECK(co_await cross());
  const Outcome outcome = outcome_of(zones_.source_phase());
  if (outcome != Outcome::committed || unsigned_word) co_return OutcomeView{outcome};
  co_return OutcomeView{outcome, model::TransferGrant{{2}, "a's key", "signed by a"}};
}

}  // namespace hanse::migration::test_support
