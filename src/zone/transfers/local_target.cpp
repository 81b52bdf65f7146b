#include "zone/transfers/local_target.h"

#include <algorithm>

#include "migration/target_transfer.h"
#include "zone/transfer_frontend.h"

namespace hanse::zone {

using migration::IncomingView;
using Phase = model::TransferPhase;

Task<Result<IncomingView>> LocalTarget::prepare() {
  if (!order_.credentials.key_pem.empty()) machine_.order(order_);
  co_return view();
}

Task<Result<IncomingView>> LocalTarget::wait(IncomingView seen) {
  const MonotonicTime deadline = runtime_.clock.now() + kIncomingWait;
  while (true) {
    const std::uint64_t version = machine_.changes().version();
    note_running();
    HANSE_CO_TRY(const IncomingView now, heard_view());
    if (now.phase == Phase::completed) machine_.order(std::nullopt);
    const Nanos left = std::min(deadline, report_by_.value_or(deadline)) - runtime_.clock.now();
    if (!(now == seen) || left <= Nanos{0}) co_return now;
    co_await machine_.changes().changed_since(version, left);
  }
}

Task<Result<IncomingView>> LocalTarget::grant(Epoch epoch, bool memory_lost) {
  granted_ = epoch;
  std::optional<model::MoveOrder> order;
  if (order_.streams.post_copy && order_.mode == model::TransferMode::live) {
    order = order_;
    order->goal = model::MoveGoal::follow;
    order->memory_lost = memory_lost;
  }
  machine_.order(std::move(order));
  HANSE_CO_TRY(const IncomingView now, heard_view());
  if (now.phase == Phase::completed) machine_.order(std::nullopt);
  co_return now;
}

Task<Status> LocalTarget::abort() {
  machine_.order(std::nullopt);
  co_return Status();
}

// Before the commit point a host that leaves ends the move; after it, it is waited for.
Result<IncomingView> LocalTarget::heard_view() const {
  if (granted_ && !hosts_.connected(machine_.host()))
    return fail(Code::unavailable, "host '{}' is not connected", machine_.host());
  return view();
}

// From when it is known to run; anew when it was known no more for a while.
void LocalTarget::note_running() {
  if (!now_running()) {
    report_by_.reset();
  } else if (!report_by_) {
    report_by_ = runtime_.clock.now() + migration::kFirstBeatGrace;
  }
}

IncomingView LocalTarget::view() const {
  return granted_ ? granted_view() : incoming_view();
}

IncomingView LocalTarget::incoming_view() const {
  IncomingView view{.ca_pem = ca_pem_};
  const auto observed = machine_.observed();
  const bool hears = observed && observed->move && observed->move->transfer == order_.transfer;
  if (hears && observed->move->state == model::MoveState::ready) {
    view.phase = Phase::sending;
    view.seed_endpoint = observed->move->seed_endpoint;
    return view;
  }
  if (order_.credentials.key_pem.empty()) {
    view.failure = "the zone restarted while it prepared";
  } else if (!hosts_.connected(machine_.host())) {
    view.failure = "it is not connected any more";
  } else if (hears && observed->move->state == model::MoveState::failed) {
    view.failure = observed->move->error;
  }
  if (!view.failure.empty()) view.phase = Phase::rolling_back;
  return view;
}

// What the host says of the machine that it runs by the grant.
std::optional<model::MachineObserved> LocalTarget::now_running() const {
  auto observed = machine_.observed();
  if (!granted_ || !observed || observed->epoch != *granted_) return std::nullopt;
  if (observed->awaits_memory) return std::nullopt;
  const bool cold = order_.mode == model::TransferMode::cold;
  if (observed->power_state != (cold ? model::PowerState::stopped : model::PowerState::running))
    return std::nullopt;
  return observed;
}

IncomingView LocalTarget::granted_view() const {
  IncomingView view{.phase = Phase::granted};
  const auto observed = now_running();
  if (!observed) return view;
  // One that has booted, or stays stopped, continues no heartbeat of before.
  const bool live = order_.mode == model::TransferMode::live;
  view.resumed_at_ns =
      live ? observed->resumed_at_ns : std::to_string(since_epoch(runtime_.clock.wall_now()).count());
  view.first_heartbeat = observed->first_heartbeat;
  const bool due = report_by_ && runtime_.clock.now() >= *report_by_;
  if (due || !live || !view.first_heartbeat.empty()) view.phase = Phase::completed;
  return view;
}

}  // namespace hanse::zone
