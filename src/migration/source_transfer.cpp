#include "migration/source_transfer.h"

#include <algorithm>

#include "runtime/rfc3339.h"
#include "runtime/sleep.h"

namespace hanse::migration {
namespace {

using Phase = model::TransferPhase;

// Of one that is planned nothing was done yet.
double age_ms(const model::Transfer& transfer, WallTime now) {
  const auto created = parse_rfc3339(transfer.metadata.created_at);
  if (!created || transfer.status.phase == Phase::planned) return 0;
  return std::max(0.0, std::chrono::duration<double, std::milli>(now - *created).count());
}

}  // namespace

SourceTransfer::SourceTransfer(Runtime& runtime, TransferRecord& record, MovingMachine& machine,
                               TargetZone& target, PlanCheck plan, SourceSettings settings)
    : runtime_(runtime),
      log_(runtime.log, "transfer"),
      record_(record),
      machine_(machine),
      target_(target),
      plan_(std::move(plan)),
      settings_(std::move(settings)),
      started_(runtime.clock.now()),
      ms_before_start_(age_ms(record.current(), runtime.clock.wall_now())) {
  if (settings_.peer_title.empty()) settings_.peer_title = fmt::format("zone '{}'", settings_.peer);
}

Task<void> SourceTransfer::run() {
  int failures = 0;
  while (!model::is_end(record_.current().status.phase)) {
    const Phase before = record_.current().status.phase;
    const Status done = co_await step();
    if (done) {
      failures = 0;
      continue;
    }
    // Only what must be retried comes here: the store or a peer that does not answer.
    log_.warning("transfer '{}' waits while {}: {}", record_.current().metadata.name, name_of(before),
                 done.error().message);
    co_await sleep_for(runtime_.scheduler, backoff_delay(runtime_.random, failures++, kRetryBase, kRetryCap));
  }
  machine_.order(std::nullopt);
}

Task<Status> SourceTransfer::step() {
  switch (record_.current().status.phase) {
    case Phase::planned:
      return plan();
    case Phase::preparing:
      return prepare();
    case Phase::sending:
      return send();
    case Phase::committed:
      return finish();
    default:
      return roll_back();
  }
}

Task<Status> SourceTransfer::plan() {
  if (cancel_requested())
    co_return co_await record_.advance(TransferEvent::cancel_requested, "cancelled by the user");
  if (is_late(record_.current()))
    co_return co_await record_.advance(TransferEvent::plan_refused, "its deadline is over");
  if (const Status possible = plan_(); !possible) {
    co_return co_await record_.advance(TransferEvent::plan_refused, possible.error().message);
  }
  co_return co_await record_.advance(TransferEvent::plan_accepted, "the target is asked to prepare");
}

Task<Result<IncomingView>> SourceTransfer::wait_for_news() {
  if (quick_answers_ > kQuickAnswers) co_await sleep_for(runtime_.scheduler, kQuickAnswer);
  const MonotonicTime asked = runtime_.clock.now();
  Result<IncomingView> answer = co_await target_.wait(view_);
  quick_answers_ = runtime_.clock.now() - asked < kQuickAnswer ? quick_answers_ + 1 : 0;
  co_return answer;
}

bool SourceTransfer::is_late(const model::Transfer& transfer) const {
  const auto deadline = transfer.spec.deadline_seconds;
  if (!deadline) return false;
  const auto created = parse_rfc3339(transfer.metadata.created_at);
  return created && runtime_.clock.wall_now() >= *created + Seconds{*deadline};
}

Task<Status> SourceTransfer::give_up_late() {
  return give_up(TransferEvent::failed, fmt::format("its deadline of {} s is over",
                                                    record_.current().spec.deadline_seconds.value_or(0)));
}

Task<Status> SourceTransfer::give_up(TransferEvent event, std::string reason) {
  log_.warning("transfer '{}' rolls back: {}", record_.current().metadata.name, reason);
  co_return co_await record_.advance(event, std::move(reason));
}

}  // namespace hanse::migration
