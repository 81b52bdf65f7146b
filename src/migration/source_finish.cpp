// The two ends of a transfer at the source: after the commit point the grant is repeated until the guest runs
// at the target; before it, rolling back makes the guest run here again and then lets the target go.

#include <charconv>

#include "base/scope.h"
#include "migration/source_transfer.h"
#include "runtime/sleep.h"

namespace hanse::migration {
namespace {

using Phase = model::TransferPhase;

constexpr double kNanosPerMilli = 1e6;

double millis_between(MonotonicTime from, MonotonicTime to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

// The other zone says it, or the guest itself. What no clock shows is not reckoned with.
std::optional<std::int64_t> read_nanos(std::string_view text) {
  constexpr std::int64_t kMax = std::int64_t{1} << 62;  // of such figures the sum of two is a number
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (number < 0 || number >= kMax) return std::nullopt;
  return number;
}

struct Beat {
  std::int64_t guest_ns;
  std::int64_t wall_ns;
};

std::optional<Beat> read_beat(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto guest = read_nanos(text.substr(0, space));
  const auto wall = read_nanos(text.substr(space + 1));
  if (!guest || !wall) return std::nullopt;
  return Beat{*guest, *wall};
}

// The blackout on the guest's own clock: between its last beat at the source and its first at the target, the
// time that passed outside less the time that passed for the guest.
std::optional<double> guest_blackout_ms(std::string_view last, std::string_view first) {
  const auto before = read_beat(last);
  const auto after = read_beat(first);
  if (!before || !after) return std::nullopt;
  const std::int64_t outside = after->wall_ns - before->wall_ns;
  const std::int64_t inside = after->guest_ns - before->guest_ns;
  return static_cast<double>(outside - inside) / kNanosPerMilli;
}

// Both blackouts lie between times of two hosts. Where their clocks are so far apart that it shows, nothing
// is told; where they are apart by less, that is part of the figure.
std::optional<double> if_possible(std::optional<double> blackout_ms, double total_ms) {
  if (!blackout_ms || *blackout_ms < 0 || *blackout_ms > total_ms) return std::nullopt;
  return blackout_ms;
}

}  // namespace

Task<Status> SourceTransfer::finish() {
  // Of before this zone was started again.
  if (handed_over_.report == model::TransferReport()) {
    handed_over_.report = record_.current().status.report.value_or(model::TransferReport());
    prepare_ms_ = handed_over_.report.prepare_ms;
  }
  Scope beside;
  if (model::may_post_copy(record_.current())) {
    model::MoveOrder order = send_order(view_);
    order.committed = true;
    machine_.order(std::move(order));
    look_at_post_copy();
    static_cast<void>(beside.spawn(follow_post_copy()));
  }
  Result<IncomingView> answer = co_await grant();
  while (answer && answer->phase != Phase::completed) {
    note_answer(*answer);
    record_.show_waiting_for("");
    record_.show({.step = model::TransferStep::resuming, .percent = 100});
    look_at_post_copy();
    answer = co_await wait_for_news();
  }
  if (!answer) {
    record_.show_waiting_for(settings_.peer);
    co_return fail(answer.error());
  }
  note_answer(*answer);
  look_at_post_copy();
  record_.set_report(report_of(view_));
  co_return co_await record_.advance(TransferEvent::target_running, "the guest runs at the target");
}

void SourceTransfer::note_answer(IncomingView answer) {
  view_ = std::move(answer);
  const bool runs = view_.phase == Phase::completed || !view_.resumed_at_ns.empty();
  if (runs && !runs_there_) runs_there_ = runtime_.clock.now();
}

Task<Result<IncomingView>> SourceTransfer::grant() {
  co_return co_await target_.grant(granted_epoch(record_.current().status.source_epoch), memory_lost_);
}

// The target has no news while memory follows.
Task<void> SourceTransfer::follow_post_copy() {
  for (bool told = memory_lost_; !told;) {
    const std::uint64_t seen = machine_.changes().version();
    look_at_post_copy();
    told = memory_lost_ && co_await grant();
    co_await machine_.changes().changed_since(seen, kRetryCap);
  }
}

// The target may run the guest, and what that lacks of its memory is still at the host here.
void SourceTransfer::look_at_post_copy() {
  const model::Transfer transfer = record_.current();
  const auto observed = machine_.observed();
  if (!model::may_post_copy(transfer) || !observed || !observed->move) return;
  const model::MoveObserved& move = *observed->move;
  if (move.transfer != transfer.metadata.name || !move.report.post_copy) return;
  if (move.state == model::MoveState::sending) record_.show(move.progress);
  memory_lost_ = memory_lost_ || move.state == model::MoveState::failed;
  // Of an agent that was started again it has only what came after.
  if (move.report.disk_ms > 0) handed_over_.report = move.report;
  handed_over_.report.memory_bytes = move.report.memory_bytes;
  handed_over_.report.post_copy = true;
}

model::TransferReport SourceTransfer::report_of(const IncomingView& view) const {
  model::TransferReport report = handed_over_.report;
  report.image_bytes = view.image_bytes;
  report.prepare_ms = prepare_ms_;
  report.total_ms = millis_between(started_, runs_there_.value_or(runtime_.clock.now())) + ms_before_start_;
  const auto stopped = read_nanos(handed_over_.stopped_at_ns);
  const auto resumed = read_nanos(view.resumed_at_ns);
  if (stopped && resumed)
    report.blackout_ms =
        if_possible(static_cast<double>(*resumed - *stopped) / kNanosPerMilli, report.total_ms);
  report.guest_blackout_ms =
      if_possible(guest_blackout_ms(handed_over_.last_heartbeat, view.first_heartbeat), report.total_ms);
  return report;
}

Task<Status> SourceTransfer::roll_back() {
  const std::string name = record_.current().metadata.name;
  machine_.order(model::MoveOrder{.transfer = name, .goal = model::MoveGoal::roll_back});
  while (true) {
    const std::uint64_t seen = machine_.changes().version();
    const auto observed = machine_.observed();
    if (observed && observed->move && observed->move->transfer == name &&
        observed->move->state == model::MoveState::rolled_back) {
      break;
    }
    record_.show_waiting_for(machine_.absent_host());
    co_await machine_.changes().changed_since(seen, Seconds{1});
  }
  // The guest runs here; the target may be told at leisure, and asks by itself if this never arrives.
  const Status let_go = co_await target_.abort();
  if (!let_go && let_go.error().code != Code::not_found) {
    record_.show_waiting_for(settings_.peer);
    co_return fail(let_go.error());
  }
  record_.show_waiting_for("");
  co_return co_await record_.advance(
      cancel_requested() ? TransferEvent::undone_by_user : TransferEvent::undone, "");
}

}  // namespace hanse::migration
