#include "host/move/send.h"

#include <algorithm>
#include <iterator>

#include "base/planted_bug.h"
#include "runtime/sleep.h"

namespace hanse::host {
namespace {

using model::MoveState;
using model::TransferStep;

constexpr Nanos kRollBackRetryBase = Millis{200};
constexpr Nanos kRollBackRetryCap = Seconds{5};
constexpr Nanos kCutRetryBase = Millis{500};
constexpr Nanos kCutRetryCap = Seconds{10};
constexpr Nanos kSeedConnectLimit = Seconds{10};
// For a guest that is shut down to move warm.
constexpr Nanos kShutdownGrace = Seconds{60};

double millis_since(MonotonicTime from, MonotonicTime to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

// The other side did not answer, or not any more; what it refuses it will refuse again.
bool is_cut(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::deadline_exceeded;
}

}  // namespace

SendMove::SendMove(SendParts parts, const model::MachineDesired& desired, model::MoveOrder order)
    : parts_(parts),
      log_(parts.runtime.log, "move"),
      uid_(desired.machine.uid),
      order_(std::move(order)),
      disks_(desired.machine.disks),
      memory_size_(to_bytes(desired.machine.memory_mib)),
      step_began_(parts.runtime.clock.now()),
      gate_(parts.runtime, order_.limits) {
  observed_.transfer = order_.transfer;
  observed_.state = MoveState::sending;
  for (const model::SnapshotDesired& snapshot : desired.snapshots) snapshots_.push_back(snapshot.uid);
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
  parts_.driver.changes().notify();
  if constexpr (kPlantedBug == PlantedBug::source_resumes_after_commit) {
    co_await sleep_for(parts_.runtime.scheduler, kRollBackRetryCap);
    if (done) (void)co_await parts_.driver.cancel_outgoing(uid_);
  }
}

Task<Status> SendMove::carry_out() {
  const auto state = parts_.driver.observe(uid_);
  if (!state && !is_unmade()) co_return fail(Code::not_found, "this host has no machine {}", uid_);
  const RunState run_state = state ? state->run_state : RunState::stopped;
  HANSE_CO_TRY(const auto marker, co_await parts_.markers.read(uid_));
  if (marker && marker->transfer == order_.transfer) {
    // The agent restarted. What was handed over stays so, and what the zone may have committed waits for it.
    const bool waits = marker->switch_ready && kPlantedBug != PlantedBug::switch_point_is_forgotten;
    if (waits) co_return co_await send_after_commit();
    if (marker->handed_over && order_.copied_disks) co_return co_await thaw();
    if (run_state == RunState::handed_over || marker->handed_over) co_return Status{};
    HANSE_CO_CHECK(co_await begin_again());
  } else {
    HANSE_CO_CHECK(check_power(run_state));
  }
  HANSE_CO_CHECK(co_await parts_.markers.write(uid_, MoveMarker{.transfer = order_.transfer}));
  HANSE_CO_TRY(Readers disks, co_await open_content());
  sender_ = std::make_unique<SeedSender>(parts_.seeding, order_.transfer, std::move(disks), gate_);
  if (order_.copied_disks) co_return co_await send_copy();
  if (order_.mode != model::TransferMode::live) co_return co_await send_stopped();
  HANSE_CO_CHECK(co_await send_until_done(SeedPass::last));
  if (kind_ == SwitchKind::whole) co_return Status();
  HANSE_CO_CHECK(
      co_await parts_.markers.write(uid_, MoveMarker{.transfer = order_.transfer, .switch_ready = true}));
  co_return co_await send_after_commit();
}

Status SendMove::check_power(RunState state) const {
  if (order_.copied_disks && (state == RunState::running || state == RunState::stopped)) return {};
  const bool cold = order_.mode == model::TransferMode::cold;
  if (state == (cold ? RunState::stopped : RunState::running)) return {};
  return fail(Code::failed_precondition, "machine {} {}, so it cannot be moved {}", uid_,
              cold ? "is not stopped" : "does not run", boost::describe::enum_to_string(order_.mode, ""));
}

// The disks, and behind them the snapshots of a machine that moves, part by part as the target expects them.
Task<Result<Readers>> SendMove::open_content() {
  if (order_.copied_snapshot) {
    HANSE_CO_TRY(Readers parts, co_await parts_.snapshots.open({uid_, *order_.copied_snapshot}));
    std::erase_if(parts, [](const auto& part) { return is_memory_part(part->uid()); });
    co_return std::move(parts);
  }
  if (is_unmade()) co_return parts_.driver.unmade_disks(disks_);
  HANSE_CO_TRY(Readers content, co_await parts_.driver.freeze_disks(uid_));
  if (order_.copied_disks) co_return std::move(content);
  for (const std::string& snapshot : snapshots_) {
    HANSE_CO_TRY(Readers parts, co_await parts_.snapshots.open({uid_, snapshot}));
    std::move(parts.begin(), parts.end(), std::back_inserter(content));
  }
  co_return std::move(content);
}

// The disks as they were at one moment; whatever the machine does, it goes on with it.
Task<Status> SendMove::send_copy() {
  sender_->call_disks(order_.copied_disks.value_or(std::vector<std::string>()));
  HANSE_CO_CHECK(co_await send_until_done(SeedPass::last));
  HANSE_CO_CHECK(
      co_await parts_.markers.write(uid_, MoveMarker{.transfer = order_.transfer, .handed_over = true}));
  co_return co_await thaw();
}

Task<Status> SendMove::thaw() {
  if (!parts_.driver.observe(uid_)) co_return Status();  // there is nothing
  co_return co_await parts_.driver.cancel_outgoing(uid_);
}

bool SendMove::is_unmade() const {
  return order_.mode == model::TransferMode::cold && !parts_.driver.observe(uid_);
}

bool SendMove::is_stopped() const {
  if (is_unmade()) return true;
  const auto state = parts_.driver.observe(uid_);
  return state && state->run_state == RunState::stopped;
}

// Of what was on its way the streams are lost. The order has the keys for others, unless the zone restarted
// too.
Task<Status> SendMove::begin_again() {
  if (order_.credentials.key_pem.empty())
    co_return fail(Code::unavailable, "the host's agent and the zone restarted during the move");
  ++observed_.report.cuts;
  co_return co_await break_off();
}

Task<Status> SendMove::break_off() {
  if (order_.mode != model::TransferMode::live && is_stopped()) co_return Status();
  co_return co_await parts_.driver.break_outgoing(uid_);
}

// The disks, once while a guest that runs still does, and again when it does not any more: then only what it
// has changed is left. What has been handed over is so for good: the target's copy must not be begun anew.
Task<Status> SendMove::send_stopped() {
  if (!is_stopped()) {
    HANSE_CO_CHECK(co_await send_until_done(SeedPass::ahead));
    note_step(TransferStep::switching);
    const WallTime asked = parts_.runtime.clock.wall_now();
    HANSE_CO_CHECK(co_await parts_.driver.stop(uid_, kShutdownGrace));
    observed_.stopped_at_ns = std::to_string(since_epoch(asked).count());
    HANSE_CO_TRY(Readers content, co_await open_content());
    sender_->begin_last_pass(std::move(content), disks_.size());
  }
  HANSE_CO_CHECK(co_await send_until_done(SeedPass::last));
  co_return co_await parts_.markers.write(uid_, MoveMarker{.transfer = order_.transfer, .handed_over = true});
}

Task<Status> SendMove::send_until_done(SeedPass pass) {
  Clock& clock = parts_.runtime.clock;
  MonotonicTime heard = clock.now();
  for (int failures = 0;; ++failures) {
    const int cuts = observed_.report.cuts;
    const Status sent = co_await send_once(pass);
    if (sent || !is_cut(sent.error())) co_return sent;
    if (sender_->take_welcome()) {
      heard = clock.now();
      failures = 0;
      observed_.report.cuts = cuts + 1;
    }
    if (cuts >= kMaxCuts || clock.now() - heard > kCutPatience) co_return sent;
    log_.warning("transfer '{}' waits for its target: {}", order_.transfer, sent.error().message);
    note_step(TransferStep::waiting);
    // While its monitor waits for a target that is not there, the hypervisor is asked again.
    for (Status broken = co_await break_off(); !broken; broken = co_await break_off()) {
      if (!is_cut(broken.error()) || clock.now() - heard > kCutPatience) co_return broken;
      co_await sleep_for(parts_.runtime.scheduler, kCutRetryCap);
    }
    co_await sleep_for(parts_.runtime.scheduler,
                       backoff_delay(parts_.runtime.random, failures, kCutRetryBase, kCutRetryCap));
  }
}

Task<Status> SendMove::send_once(SeedPass pass) {
  note_step(TransferStep::seed);
  path_.reset();
  HANSE_CO_TRY(path_, co_await parts_.paths.open(order_));
  observed_.report.path = path_->kind();
  HANSE_CO_TRY(const IncomingEndpoints told, co_await seed(pass));
  if (order_.mode != model::TransferMode::live) co_return Status();
  HANSE_CO_TRY(IncomingEndpoints target, path_->endpoints(told));
  OutgoingOptions options{.credentials = order_.credentials,
                          .peer_name = order_.peer_name,
                          .target = std::move(target),
                          .streams = order_.streams};
  co_return co_await copy_all(std::move(options));
}

Task<Result<std::unique_ptr<Stream>>> SendMove::connect_agent(const OpenPath& path) {
  HANSE_CO_TRY(Endpoint endpoint, parse_endpoint(path.seed_endpoint()));
  TlsOptions tls{.certificate_pem = order_.credentials.certificate_pem,
                 .key_pem = order_.credentials.key_pem,
                 .trusted_ca_pem = order_.credentials.peer_ca_pem,
                 .expected_host = order_.peer_name};
  co_return co_await parts_.runtime.network.connect(std::move(endpoint), std::move(tls), kSeedConnectLimit);
}

Task<Result<IncomingEndpoints>> SendMove::seed(SeedPass pass) {
  const MonotonicTime began = parts_.runtime.clock.now();
  HANSE_CO_TRY(std::unique_ptr<Stream> stream, co_await connect_agent(*path_));
  auto told = co_await sender_->run(std::move(stream), pass);
  observed_.report.seed_ms += millis_since(began, parts_.runtime.clock.now());
  observed_.report.seed_bytes = sender_->figures().sent;
  observed_.report.saved_bytes = sender_->figures().saved;
  co_return told;
}

// The hypervisor counts each try anew.
void SendMove::count_try() {
  sent_before_.disk += parts_.driver.disk_progress(uid_).sent;
  sent_before_.memory += parts_.driver.memory_progress(uid_).sent;
}

Task<Status> SendMove::copy_all(OutgoingOptions options) {
  if (std::exchange(counts_, true)) count_try();
  note_step(TransferStep::disk);
  parts_.driver.limit_outgoing(uid_, order_.limits);
  HANSE_CO_CHECK(co_await parts_.driver.copy_disks(uid_, options));
  observed_.report.disk_ms = millis_since(step_began_, parts_.runtime.clock.now());

  note_step(TransferStep::memory);
  HANSE_CO_TRY(kind_, co_await parts_.driver.copy_memory(uid_, options));
  observed_.report.memory_ms = millis_since(step_began_, parts_.runtime.clock.now());

  note_step(TransferStep::switching);
  HANSE_CO_CHECK(co_await parts_.driver.drain_disks(uid_));
  observed_.report.disk_bytes = sent_before_.disk + parts_.driver.disk_progress(uid_).sent;
  if (kind_ == SwitchKind::whole) HANSE_CO_CHECK(co_await parts_.driver.send_state(uid_, kind_));
  observed_.report.switch_ms = millis_since(step_began_, parts_.runtime.clock.now());
  observed_.report.memory_bytes = sent_before_.memory + parts_.driver.memory_progress(uid_).sent;
  co_return Status{};
}

void SendMove::change(const model::MoveOrder& order) {
  if (order.committed && !std::exchange(order_.committed, true)) parts_.driver.changes().notify();
  const model::TransferLimits limits = order.limits;
  if (std::exchange(order_.limits, limits) == limits) return;
  gate_.set(limits);
  parts_.driver.limit_outgoing(uid_, limits);
}

Task<void> SendMove::roll_back() {
  sender_.reset();
  for (int attempt = 0;; ++attempt) {
    constexpr bool kAnew = kPlantedBug == PlantedBug::roll_back_boots_anew;
    Status undone = kAnew ? co_await parts_.driver.remove(uid_) : co_await thaw();
    if (undone) undone = co_await parts_.markers.remove(uid_);
    if (undone) break;
    observed_.error = undone.error().message;
    log_.error("machine {} cannot be brought back yet: {}", uid_, undone.error().message);
    co_await sleep_for(parts_.runtime.scheduler,
                       backoff_delay(parts_.runtime.random, attempt, kRollBackRetryBase, kRollBackRetryCap));
  }
  set_state(MoveState::rolled_back, "");
  parts_.driver.changes().notify();
}

void SendMove::set_state(MoveState state, std::string error) {
  observed_.state = state;
  observed_.error = std::move(error);
}

void SendMove::note_step(TransferStep step) {
  observed_.progress.step = step;
  step_began_ = parts_.runtime.clock.now();
  seeded_before_ = sender_ ? sender_->figures() : SeedFigures();
  parts_.driver.changes().notify();
}

void SendMove::note_clocks() {
  const auto state = parts_.driver.observe(uid_);
  if (!state) return;
  if (order_.mode != model::TransferMode::live) return;
  if (state->stopped_at) observed_.stopped_at_ns = std::to_string(since_epoch(*state->stopped_at).count());
  if (state->last_heartbeat) {
    observed_.last_heartbeat = fmt::format("{} {}", state->last_heartbeat->guest.count(),
                                           since_epoch(state->last_heartbeat->wall).count());
  }
}

model::TransferProgress SendMove::progress() const {
  MoveFigures now;
  if (counts_)
    now = {.disk = parts_.driver.disk_progress(uid_), .memory = parts_.driver.memory_progress(uid_)};
  if (sender_) now.seed = sender_->figures();
  // Before the hypervisor has counted it, all of it is ahead; else a disk that is done would be 100 %.
  const bool sends_memory = order_.mode == model::TransferMode::live && !order_.copied_disks;
  if (sends_memory && now.memory.sent.value + now.memory.remaining.value == 0)
    now.memory.remaining = memory_size_;
  auto progress =
      progress_of(now, seeded_before_, observed_.progress.step, parts_.runtime.clock.now() - step_began_);
  progress.disk_bytes += sent_before_.disk;
  progress.memory_bytes += sent_before_.memory;
  return progress;
}

model::MoveObserved SendMove::observed() const {
  model::MoveObserved view = observed_;
  if (view.state == MoveState::sending) view.progress = progress();
  return view;
}

}  // namespace hanse::host
