#include "migration/target_transfer.h"

#include <algorithm>

#include "base/planted_bug.h"
#include "migration/source_transfer.h"
#include "runtime/sleep.h"

namespace hanse::migration {

namespace {

using Phase = model::TransferPhase;

// While nothing is heard the target asks the source this often.
constexpr Nanos kAskInterval = Seconds{3};

}  // namespace

TargetTransfer::TargetTransfer(Runtime& runtime, TransferRecord& record, MovingMachine& machine,
                               SourceZone& source, Preparation& preparation, model::MoveOrder receive_order)
    : runtime_(runtime),
      log_(runtime.log, "transfer"),
      record_(record),
      machine_(machine),
      source_(source),
      preparation_(preparation),
      receive_order_(std::move(receive_order)) {}

Task<void> TargetTransfer::run() {
  int failures = 0;
  while (!model::is_end(record_.current().status.phase)) {
    const Status done = co_await step();
    if (done) {
      failures = 0;
      continue;
    }
    log_.warning("incoming transfer '{}' waits while {}: {}", record_.current().metadata.name,
                 name_of(record_.current().status.phase), done.error().message);
    co_await sleep_for(runtime_.scheduler, backoff_delay(runtime_.random, failures++, kRetryBase, kRetryCap));
  }
  machine_.order(std::nullopt);
}

Task<Status> TargetTransfer::step() {
  switch (record_.current().status.phase) {
    case Phase::preparing:
      return prepare();
    case Phase::sending:
      return await_grant();
    case Phase::granted:
      return resume();
    default:
      return discard();
  }
}

Task<Status> TargetTransfer::prepare() {
  // After a restart of the zone the keys of the streams are gone, and with them the incoming end.
  if (receive_order_.credentials.key_pem.empty()) {
    co_return co_await record_.advance(TransferEvent::failed, "the zone restarted while it prepared");
  }
  if (const Status fetched = co_await preparation_.fetch_images(); !fetched) {
    co_return co_await record_.advance(TransferEvent::failed, fetched.error().message);
  }
  const std::string name = record_.current().metadata.name;
  machine_.order(receive_order_);
  const MonotonicTime deadline = runtime_.clock.now() + kPrepareLimit;
  while (runtime_.clock.now() < deadline) {
    const std::uint64_t seen = machine_.changes().version();
    const auto observed = machine_.observed();
    if (observed && observed->move && observed->move->transfer == name) {
      const model::MoveObserved& move = *observed->move;
      if (move.state == model::MoveState::ready) {
        endpoints_.seed_endpoint = move.seed_endpoint;
        co_return co_await record_.advance(TransferEvent::target_ready, "the incoming end is open");
      }
      if (move.state == model::MoveState::failed) {
        co_return co_await record_.advance(TransferEvent::failed, move.error);
      }
    }
    if (record_.current().status.phase != Phase::preparing) co_return Status{};
    co_await machine_.changes().changed_since(seen, Seconds{1});
  }
  co_return co_await record_.advance(TransferEvent::failed, "the host did not open the incoming end in time");
}

Task<Status> TargetTransfer::await_grant() {
  // After a restart of this zone the order has no keys; the host has the incoming end open and needs none.
  machine_.order(receive_order_);
  const std::uint64_t seen = record_.changes().version();
  if (record_.current().status.phase != Phase::sending) co_return Status{};
  co_await record_.changes().changed_since(seen, kAskInterval);
  if (record_.changes().version() != seen) co_return Status{};
  co_return co_await ask_source();
}

Task<Status> TargetTransfer::ask_source() {
  const Result<OutcomeView> answer = co_await source_.outcome();
  // The grant may have come while the question was under way.
  if (record_.current().status.phase != Phase::sending) co_return Status{};
  if (!answer && answer.error().code != Code::not_found) {
    if constexpr (kPlantedBug == PlantedBug::start_after_lost_answer)
      co_return co_await record_.advance(TransferEvent::grant_received, "the source's answer was lost");
    record_.show_waiting_for(record_.current().status.source_zone);
    co_return fail(answer.error());
  }
  record_.show_waiting_for("");
  if (answer && answer->outcome == Outcome::committed) {
    const Status taken = co_await record_.take_grant(answer->grant.value_or(model::TransferGrant{}),
                                                     "the source had committed");
    if (!taken) record_.show_waiting_for(record_.current().status.source_zone);
    co_return taken;
  }
  if (!answer || answer->outcome == Outcome::rolled_back) {
    co_return co_await record_.advance(TransferEvent::failed, "the source keeps the instance");
  }
  co_return Status{};
}

Task<Status> TargetTransfer::resume() {
  // The machine is this zone's to run, in the new epoch.
  order_to_run();
  const Epoch epoch = granted_epoch(record_.current().status.source_epoch);
  MonotonicTime report_by = MonotonicTime::max();
  while (runtime_.clock.now() < report_by) {
    const std::uint64_t seen = machine_.changes().version();
    const auto observed = machine_.observed();
    const bool runs = observed && observed->epoch == epoch && is_there(*observed);
    const bool lacks_memory = runs && observed->awaits_memory;
    // Only its source has what it lacks, be it of its memory or all of its state.
    const bool waits = model::may_post_copy(record_.current()) && (!runs || lacks_memory);
    const std::string absent = machine_.absent_host();
    if (!absent.empty())
      record_.show_waiting_for(absent);
    else
      record_.show_waiting_for(waits ? record_.current().status.source_zone : "");
    if (runs && !lacks_memory) {
      endpoints_.resumed_at_ns = observed->resumed_at_ns;
      if (record_.current().status.mode != model::TransferMode::live) {
        // It has booted, or stays stopped: no heartbeat of before is to be continued.
        endpoints_.resumed_at_ns = std::to_string(since_epoch(runtime_.clock.wall_now()).count());
        break;
      }
      // The source need not wait for the heartbeat to know.
      record_.show({.step = model::TransferStep::resuming, .percent = 100});
      endpoints_.first_heartbeat = observed->first_heartbeat;
      if (!endpoints_.first_heartbeat.empty()) break;
      report_by = std::min(report_by, runtime_.clock.now() + kFirstBeatGrace);
    }
    const Nanos left = report_by - runtime_.clock.now();
    co_await machine_.changes().changed_since(seen, std::min(left, Nanos(Seconds{1})));
  }
  record_.show_waiting_for("");
  co_return co_await record_.advance(TransferEvent::target_running, "the instance is here");
}

// Without an order it runs; in a post-copy it does too, and its source may come again.
void TargetTransfer::order_to_run() {
  if (!model::may_post_copy(record_.current())) return machine_.order(std::nullopt);
  model::MoveOrder order = receive_order_;
  order.goal = model::MoveGoal::follow;
  order.memory_lost = memory_lost_;
  machine_.order(std::move(order));
}

void TargetTransfer::give_up_memory() {
  if (std::exchange(memory_lost_, true)) return;
  if (record_.current().status.phase == Phase::granted) order_to_run();
}

bool TargetTransfer::is_there(const model::MachineObserved& observed) const {
  const bool cold = record_.current().status.mode == model::TransferMode::cold;
  return observed.power_state == (cold ? model::PowerState::stopped : model::PowerState::running);
}

Task<Status> TargetTransfer::discard() {
  const std::string name = record_.current().metadata.name;
  machine_.order(model::MoveOrder{.transfer = name, .goal = model::MoveGoal::discard});
  while (true) {
    const std::uint64_t seen = machine_.changes().version();
    const auto observed = machine_.observed();
    // That nothing is there may be an old word, of a host that prepares to receive and does not hear now.
    const bool gone = observed && observed->move && observed->move->transfer == name &&
                      observed->move->state == model::MoveState::discarded;
    if (gone) break;
    record_.show_waiting_for(machine_.absent_host());
    co_await machine_.changes().changed_since(seen, Seconds{1});
  }
  record_.show_waiting_for("");
  co_return co_await record_.advance(TransferEvent::undone, "");
}

IncomingView TargetTransfer::view() const {
  const model::Transfer transfer = record_.current();
  IncomingView view = endpoints_;
  view.phase = transfer.status.phase;
  view.failure = transfer.status.failure;
  view.image_percent = preparation_.percent();
  view.image_bytes = preparation_.fetched();
  return view;
}

}  // namespace hanse::migration
