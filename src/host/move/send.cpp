#include "host/move/send.h"

#include "base/planted_bug.h"
#include "runtime/sleep.h"

namespace hanse::host {
namespace {

using model::MoveState;
using model::TransferStep;

constexpr Nanos kRollBackRetryBase = Millis{200};
constexpr Nanos kRollBackRetryCap = Seconds{5};

double millis_since(MonotonicTime from, MonotonicTime to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

}  // namespace

SendMove::SendMove(Runtime& runtime, Driver& driver, StreamPaths& paths, MoveMarkers& markers,
                   std::string uid, model::MoveOrder order, Bytes memory_size)
    : runtime_(runtime),
      log_(runtime.log, "move"),
      driver_(driver),
      paths_(paths),
      markers_(markers),
      uid_(std::move(uid)),
      order_(std::move(order)),
      memory_size_(memory_size),
      step_began_(runtime.clock.now()) {
  observed_.transfer = order_.transfer;
  observed_.state = MoveState::sending;
}

Task<void> SendMove::run() {
  const Status done = co_await carry_out();
  if (done) {
    note_clocks();
    set_state(MoveState::handed_over, "");
    log_.info("machine {} is handed over in transfer '{}'", uid_, order_.transfer);
  } else {
    set_state(MoveState::failed, done.error().message);
    log_.warning("machine {} could not be sent in transfer '{}': {}", uid_, order_.transfer,
                 done.error().message);
  }
  driver_.changes().notify();
  if constexpr (kPlantedBug == PlantedBug::source_resumes_after_commit) {
    co_await sleep_for(runtime_.scheduler, kRollBackRetryCap);
    if (done) (void)co_await driver_.cancel_outgoing(uid_);
  }
}

Task<Status> SendMove::carry_out() {
  const auto state = driver_.observe(uid_);
  if (!state) co_return fail(Code::not_found, "this host has no machine {}", uid_);
  HANSE_CO_TRY(const auto marker, co_await markers_.read(uid_));
  if (marker && marker->transfer == order_.transfer) {
    // The agent restarted. What was handed over stays so; of what was on its way the streams are lost.
    if (state->run_state == RunState::handed_over) co_return Status{};
    co_return fail(Code::unavailable, "the host's agent restarted during the move");
  }
  if (state->run_state != RunState::running) {
    co_return fail(Code::failed_precondition, "machine {} does not run; only a running one can be moved live",
                   uid_);
  }
  HANSE_CO_CHECK(co_await markers_.write(uid_, MoveMarker{.transfer = order_.transfer}));
  HANSE_CO_TRY(const std::unique_ptr<OpenPath> path, co_await paths_.open(order_));
  observed_.report.path = path->kind();
  OutgoingOptions options{.credentials = order_.credentials,
                          .peer_name = order_.peer_name,
                          .target = path->endpoints(),
                          .streams = order_.streams,
                          .limits = order_.limits};
  co_return co_await copy_all(std::move(options));
}

Task<Status> SendMove::copy_all(OutgoingOptions options) {
  note_step(TransferStep::disk);
  HANSE_CO_CHECK(co_await driver_.copy_disks(uid_, options));
  observed_.report.disk_ms = millis_since(step_began_, runtime_.clock.now());

  note_step(TransferStep::memory);
  HANSE_CO_CHECK(co_await driver_.copy_memory(uid_, options));
  observed_.report.memory_ms = millis_since(step_began_, runtime_.clock.now());

  note_step(TransferStep::switching);
  HANSE_CO_TRY(const MemoryReport memory, co_await driver_.hand_over(uid_));
  observed_.report.switch_ms = millis_since(step_began_, runtime_.clock.now());
  observed_.report.memory_bytes = memory.sent;
  observed_.report.disk_bytes = driver_.disk_progress(uid_).sent;
  co_return Status{};
}

void SendMove::set_limits(const model::TransferLimits& limits) {
  if (std::exchange(order_.limits, limits) != limits) driver_.limit_outgoing(uid_, limits);
}

Task<void> SendMove::roll_back() {
  for (int attempt = 0;; ++attempt) {
    constexpr bool kAnew = kPlantedBug == PlantedBug::roll_back_boots_anew;
    Status undone = kAnew ? co_await driver_.remove(uid_) : co_await driver_.cancel_outgoing(uid_);
    if (undone) undone = co_await markers_.remove(uid_);
    if (undone) break;
    observed_.error = undone.error().message;
    log_.error("machine {} cannot be brought back yet: {}", uid_, undone.error().message);
    co_await sleep_for(runtime_.scheduler,
                       backoff_delay(runtime_.random, attempt, kRollBackRetryBase, kRollBackRetryCap));
  }
  set_state(MoveState::rolled_back, "");
  driver_.changes().notify();
}

void SendMove::set_state(MoveState state, std::string error) {
  observed_.state = state;
  observed_.error = std::move(error);
}

void SendMove::note_step(TransferStep step) {
  observed_.progress.step = step;
  step_began_ = runtime_.clock.now();
  driver_.changes().notify();
}

void SendMove::note_clocks() {
  const auto state = driver_.observe(uid_);
  if (!state) return;
  if (state->stopped_at) observed_.stopped_at_ns = std::to_string(since_epoch(*state->stopped_at).count());
  if (state->last_heartbeat) {
    observed_.last_heartbeat = fmt::format("{} {}", state->last_heartbeat->guest.count(),
                                           since_epoch(state->last_heartbeat->wall).count());
  }
}

model::TransferProgress SendMove::progress() const {
  const CopyProgress disk = driver_.disk_progress(uid_);
  CopyProgress memory = driver_.memory_progress(uid_);
  // Before the hypervisor has counted it, all of it is ahead; else a disk that is done would be 100 %.
  if (memory.sent.value + memory.remaining.value == 0) memory.remaining = memory_size_;
  const bool on_memory = observed_.progress.step != TransferStep::disk;
  const CopyProgress& now = on_memory ? memory : disk;
  model::TransferProgress progress{.step = observed_.progress.step,
                                   .disk_bytes = disk.sent,
                                   .memory_bytes = memory.sent,
                                   .remaining_bytes = disk.remaining + memory.remaining,
                                   .rate = now.rate};
  const std::int64_t known = disk.sent.value + memory.sent.value + progress.remaining_bytes.value;
  if (known > 0)
    progress.percent = static_cast<std::int32_t>((known - progress.remaining_bytes.value) * 100 / known);
  if (now.rate.value > 0) progress.remaining_seconds = progress.remaining_bytes.value / now.rate.value;
  return progress;
}

model::MoveObserved SendMove::observed() const {
  model::MoveObserved view = observed_;
  if (view.state == MoveState::sending) view.progress = progress();
  return view;
}

}  // namespace hanse::host
