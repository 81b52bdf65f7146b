// The phase `preparing` at the source: ask the target, then wait until its incoming end is open.

#include "migration/source_transfer.h"
#include "runtime/sleep.h"

namespace hanse::migration {
namespace {

using Phase = model::TransferPhase;

bool is_refusal(Code code) {
  switch (code) {
    case Code::failed_precondition:
    case Code::permission_denied:
    case Code::resource_exhausted:
    case Code::already_exists:
    case Code::invalid_argument:
    case Code::unimplemented:
    case Code::unauthenticated:
      return true;
    default:
      return false;
  }
}

}  // namespace

Task<Status> SourceTransfer::prepare() {
  const MonotonicTime deadline = runtime_.clock.now() + kPrepareLimit;
  int failures = 0;
  Result<IncomingView> answer = co_await target_.prepare();
  while (true) {
    if (cancel_requested())
      co_return co_await give_up(TransferEvent::cancel_requested, "cancelled by the user");
    if (is_late(record_.current())) co_return co_await give_up_late();
    if (answer) {
      failures = 0;
      view_ = *answer;
      record_.show_waiting_for("");
      if (view_.phase == Phase::sending) break;
      if (view_.phase != Phase::preparing) {
        co_return co_await give_up(TransferEvent::failed, fmt::format("{} could not prepare: {}",
                                                                      settings_.peer_title, view_.failure));
      }
      record_.show({.step = model::TransferStep::image, .percent = view_.image_percent});
      answer = co_await wait_for_news();
    } else {
      if (is_refusal(answer.error().code)) {
        co_return co_await hear_refusal(answer.error());
      }
      record_.show_waiting_for(settings_.peer);
      co_await sleep_for(runtime_.scheduler,
                         backoff_delay(runtime_.random, failures++, kRetryBase, kRetryCap));
      answer = co_await target_.prepare();
    }
    if (runtime_.clock.now() > deadline) {
      co_return co_await give_up(TransferEvent::failed,
                                 fmt::format("{} was not ready within {} s", settings_.peer_title,
                                             std::chrono::duration_cast<Seconds>(kPrepareLimit).count()));
    }
  }
  prepare_ms_ = std::chrono::duration<double, std::milli>(runtime_.clock.now() - started_).count();
  co_return co_await record_.advance(TransferEvent::target_ready, "disk and memory are being sent");
}

Task<Status> SourceTransfer::hear_refusal(Error refusal) {
  const model::Transfer transfer = record_.current();
  if (turns_warm(transfer.spec.mode, transfer.status.mode, refusal)) {
    co_return co_await record_.take_mode(
        warm_instead(fmt::format("{} does not take it live: {}", settings_.peer_title, refusal.message)));
  }
  co_return co_await record_.advance(TransferEvent::plan_refused,
                                     fmt::format("{} refused: {}", settings_.peer_title, refusal.message));
}

model::MoveOrder SourceTransfer::send_order(const IncomingView& view) const {
  model::MoveOrder order{.transfer = record_.current().metadata.name,
                         .goal = model::MoveGoal::send,
                         .mode = record_.current().status.mode,
                         .path = settings_.path,
                         .credentials = settings_.credentials,
                         .seed_endpoint = view.seed_endpoint,
                         .peer_name = settings_.peer_certificate_name,
                         .streams = record_.current().spec.streams,
                         .limits = record_.current().spec.limits,
                         .copied_disks = settings_.copied_disks,
                         .copied_snapshot = settings_.copied_snapshot};
  order.credentials.peer_ca_pem = view.ca_pem;
  return order;
}

}  // namespace hanse::migration
