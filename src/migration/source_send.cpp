// The phase `sending` at the source: the host copies and hands over; then the commit point.

#include "migration/source_transfer.h"
#include "runtime/sleep.h"

namespace hanse::migration {

Task<Status> SourceTransfer::send() {
  // After a restart of this zone the order has no keys and no endpoints: a host that is at it goes on with
  // those that it has, and one that has never heard of it fails, which rolls back.
  machine_.order(send_order(view_));
  const Status handed_over = co_await await_hand_over();
  if (!handed_over && handed_over.error().code == Code::deadline_exceeded) co_return co_await give_up_late();
  if (!handed_over) {
    const bool by_user = handed_over.error().code == Code::cancelled;
    co_return co_await give_up(by_user ? TransferEvent::cancel_requested : TransferEvent::failed,
                               handed_over.error().message);
  }
  // What was sent is told also if this zone has to start again before the target has answered.
  record_.set_report(report_of(view_));
  // The commit point: after this transaction the source never runs the instance again.
  co_return co_await record_.advance(TransferEvent::handed_over, "the target holds the right to run it");
}

Task<Status> SourceTransfer::await_hand_over() {
  const std::string name = record_.current().metadata.name;
  MonotonicTime heard = runtime_.clock.now();
  model::TransferLimits ordered = record_.current().spec.limits;
  while (true) {
    const std::uint64_t seen = machine_.changes().version();
    const std::optional<model::MachineObserved> observed = machine_.observed();
    if (observed && observed->move && observed->move->transfer == name) {
      heard = runtime_.clock.now();
      const model::MoveObserved& move = *observed->move;
      record_.show(move.progress);
      if (move.state == model::MoveState::failed) co_return fail(Code::unavailable, "{}", move.error);
      if (move.state == model::MoveState::handed_over || move.state == model::MoveState::switch_ready) {
        handed_over_ = move;
        co_return Status{};
      }
    }
    record_.show_waiting_for(machine_.absent_host());
    // Any word of any host leads here: the record is looked at once.
    const model::Transfer record = record_.current();
    if (record.status.cancel_requested) co_return fail(Code::cancelled, "cancelled by the user");
    if (is_late(record)) co_return fail(Code::deadline_exceeded, "its deadline is over");
    const model::TransferLimits& wanted = record.spec.limits;
    if (std::exchange(ordered, wanted) != wanted) machine_.order(send_order(view_));
    if (runtime_.clock.now() - heard > kHostSilenceLimit) {
      co_return fail(Code::unavailable, "the host says nothing of the move");
    }
    // What users want reaches the record and not the machine; a second is quick enough for a person.
    co_await machine_.changes().changed_since(seen, Seconds{1});
  }
}

}  // namespace hanse::migration
