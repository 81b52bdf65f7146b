#include "host/machine.h"

#include <algorithm>

#include "base/planted_bug.h"
#include "runtime/sleep.h"

namespace hanse::host {
namespace {

constexpr Nanos kRestartBase = Millis{500};
constexpr Nanos kRestartCap = Seconds{30};

Task<void> forward_status(Task<Status> work, Promise<Status> promise) {
  promise.set(co_await std::move(work));
}

model::PowerState power_state_of(const MachineState& state) {
  switch (state.run_state) {
    case RunState::stopped:
      return model::PowerState::stopped;
    case RunState::starting:
      return model::PowerState::starting;
    case RunState::running:
      return model::PowerState::running;
    case RunState::paused:
      return model::PowerState::paused;
    case RunState::stopping:
      return model::PowerState::stopping;
    case RunState::failed:
      return model::PowerState::failed;
    default:
      return model::PowerState::moving;
  }
}

}  // namespace

Machine::Machine(MachineContext& context, std::string uid)
    : context_(context),
      log_(context.runtime.log, "machine"),
      uid_(std::move(uid)),
      snapshots_(context.runtime.log, context.driver, context.snapshots, uid_) {}

Machine::~Machine() = default;

Machine::Activity Machine::activity_of(const model::MachineDesired& desired) {
  if (desired.move) {
    switch (desired.move->goal) {
      case model::MoveGoal::send:
        return Activity::send;
      case model::MoveGoal::roll_back:
        return Activity::roll_back;
      case model::MoveGoal::receive:
        return Activity::receive;
      case model::MoveGoal::follow:
        break;
      case model::MoveGoal::discard:
        return Activity::discard;
    }
  }
  switch (desired.goal) {
    case model::MachineGoal::running:
      return Activity::run;
    case model::MachineGoal::stopped:
      return Activity::stop;
    default:
      return Activity::remove;
  }
}

bool Machine::same_activity(const model::MachineDesired& next) const {
  if (!activity_ || activity_of(desired_) != activity_of(next)) return false;
  const std::string before = desired_.move ? desired_.move->transfer : "";
  const std::string after = next.move ? next.move->transfer : "";
  return before == after && desired_.epoch == next.epoch &&
         desired_.restart_generation == next.restart_generation && same_restore(next);
}

// One that has begun goes on to its end, whether it is still wished or not.
bool Machine::same_restore(const model::MachineDesired& next) const {
  if (!next.restore || next.restore == desired_.restore) return true;
  return desired_.restore && desired_.restore->id == next.restore->id &&
         snapshots_.begun() == next.restore->id;
}

void Machine::set_desired(model::MachineDesired desired) {
  const bool same = same_activity(desired);
  const bool same_snapshots = desired.snapshots == desired_.snapshots;
  desired_ = std::move(desired);
  if (restarted_generation_ < 0) restarted_generation_ = desired_.restart_generation;
  if (!has_lease()) context_.leases.ask_soon();
  if (!same) return begin();
  if (!same_snapshots) context_.driver.changes().notify();
  if (desired_.move && send_) send_->change(*desired_.move);
  if (desired_.move && follow_) {
    follow_->change(*desired_.move);
    context_.driver.changes().notify();
  }
}

void Machine::begin() {
  activity_.reset();
  error_.clear();
  restore_waits_.clear();
  gone_ = false;
  const Activity activity = activity_of(desired_);
  // Each activity of a move has one.
  model::MoveOrder order = desired_.move.value_or(model::MoveOrder());
  const bool continues_send =
      activity == Activity::roll_back && send_ && send_->observed().transfer == order.transfer;
  if (!continues_send) send_.reset();
  receive_.reset();
  follow_.reset();
  activity_ = std::make_unique<Scope>(2);
  Task<void> work;
  switch (activity) {
    case Activity::send:
    case Activity::roll_back:
      if (!send_) {
        const SendParts parts{context_.runtime, context_.driver,        context_.paths,
                              context_.markers, context_.seeding.parts, context_.snapshots};
        send_ = std::make_unique<SendMove>(parts, desired_, std::move(order));
      }
      work = activity == Activity::send ? send_->run() : send_->roll_back();
      break;
    case Activity::receive:
    case Activity::discard: {
      const ReceiveParts parts{context_.runtime, context_.driver,  context_.blobs,
                               context_.markers, context_.seeding, context_.snapshots};
      receive_ = std::make_unique<ReceiveMove>(parts, desired_, incoming_order(std::move(order)));
      work = activity == Activity::receive ? receive_->run() : receive_->discard();
      break;
    }
    default:
      work = repeat(activity);
  }
  if (activity == Activity::run && desired_.move) {
    const FollowParts parts{context_.runtime, context_.driver, context_.markers, context_.seeding};
    settles_ = true;
    follow_ = std::make_unique<FollowMove>(parts, uid_, incoming_order(*desired_.move));
    if (!activity_->spawn(follow_->run())) log_.error("machine {} cannot wait for its source", uid_);
  }
  if (!activity_->spawn(std::move(work))) log_.error("machine {} cannot begin its next activity", uid_);
}

// A host that cannot be reached chooses the path that the order leaves open.
model::MoveOrder Machine::incoming_order(model::MoveOrder order) const {
  if (!context_.reachable && order.path == model::StreamPath::automatic)
    order.path = model::StreamPath::relayed;
  return order;
}

Task<void> Machine::repeat(Activity activity) {
  int failures = 0;
  while (true) {
    const std::uint64_t seen = context_.driver.changes().version();
    Status done = activity == Activity::remove ? co_await remove() : co_await attend(activity);
    if (done) {
      failures = 0;
      error_.clear();
      if (gone_) co_return;
      co_await context_.driver.changes().changed_since(seen);
      continue;
    }
    if (error_ != done.error().message) log_.warning("machine {}: {}", uid_, done.error().message);
    error_ = done.error().message;
    context_.driver.changes().notify();
    co_await sleep_for(context_.runtime.scheduler,
                       backoff_delay(context_.runtime.random, failures++, kRestartBase, kRestartCap));
  }
}

Task<Status> Machine::attend(Activity activity) {
  const Status restored = co_await restore_if_asked();
  // While a wish waits for which nothing was given up yet, the machine is what it was.
  const bool whole = restored || (desired_.restore && snapshots_.untouched_for() == desired_.restore->id);
  if (!whole) co_return restored;
  HANSE_CO_CHECK(activity == Activity::run ? co_await keep_running() : co_await keep_stopped());
  if (!restored) co_return restored;
  co_return co_await keep_snapshots(activity);
}

Task<Status> Machine::keep_running() {
  if (!has_lease()) co_return co_await wait_for_lease();
  if (follow_ && follow_->memory_is_lost()) HANSE_CO_CHECK(co_await context_.driver.stop(uid_, Nanos{0}));
  const auto state = context_.driver.observe(uid_);
  if (state && state->run_state == RunState::running) {
    HANSE_CO_CHECK(co_await restart_if_asked());
    co_return settles_ ? co_await settle() : Status();
  }
  if (state && state->run_state == RunState::incoming) {
    // Its user may give up what its source still has.
    if (follow_) HANSE_CO_CHECK(co_await restart_if_asked());
    // The grant: what was loaded from the source may run, in the epoch that the zone now holds.
    HANSE_CO_CHECK(co_await context_.driver.resume_incoming(uid_, desired_.epoch));
    co_return settles_ ? co_await settle() : co_await context_.markers.remove(uid_);
  }
  if (state && (state->run_state == RunState::switch_point || state->run_state == RunState::handed_over)) {
    // A move that the zone no longer knows of: it was rolled back while this agent was away.
    HANSE_CO_CHECK(co_await context_.driver.cancel_outgoing(uid_));
    co_return co_await context_.markers.remove(uid_);
  }
  if (state && (state->run_state == RunState::starting || state->run_state == RunState::stopping))
    co_return Status{};
  if constexpr (kPlantedBug == PlantedBug::dead_target_is_not_booted) {
    HANSE_CO_TRY(const auto marker, co_await context_.markers.read(uid_));
    if (marker && state && state->run_state == RunState::failed) co_return Status{};
  }
  HANSE_CO_CHECK(co_await ensure_blobs(context_.blobs, desired_.machine));
  restarted_generation_ = desired_.restart_generation;
  HANSE_CO_CHECK(co_await context_.driver.start(desired_.machine, desired_.epoch));
  co_return co_await context_.markers.remove(uid_);
}

// Where its source finds it again is forgotten when it has all of its memory.
Task<Status> Machine::settle() {
  const auto state = context_.driver.observe(uid_);
  if (state && state->memory != MemoryState::whole) co_return Status();
  HANSE_CO_CHECK(co_await context_.driver.settle_incoming(uid_));
  HANSE_CO_CHECK(co_await context_.markers.remove(uid_));
  settles_ = false;
  co_return Status();
}

Task<Status> Machine::wait_for_lease() {
  const auto state = context_.driver.observe(uid_);
  // One that came by a move waits where it is; a sender's is ended by the driver.
  const bool runs = state && (state->run_state == RunState::running || state->run_state == RunState::paused);
  if (!runs || !context_.leases.lapsed(uid_)) co_return Status{};
  log_.warning("machine {} stops: its lease from the zone ends, and it may be restarted elsewhere", uid_);
  co_return co_await context_.driver.stop(uid_, kLeaseGrace);
}

Task<Status> Machine::restart_if_asked() {
  if (desired_.restart_generation <= restarted_generation_) co_return Status{};
  HANSE_CO_CHECK(co_await context_.driver.stop(uid_, kStopGrace));
  restarted_generation_ = desired_.restart_generation;
  co_return co_await context_.driver.start(desired_.machine, desired_.epoch);
}

// A large one takes long, to take and to remove: that is broken off, and begun anew later, when the machine
// has to be attended to or the snapshot is not wanted any more. What changes the activity breaks it off
// anyway.
Task<Status> Machine::keep_snapshots(Activity activity) {
  const bool works = std::any_of(
      desired_.snapshots.begin(), desired_.snapshots.end(),
      [](const model::SnapshotDesired& snapshot) { return snapshot.goal != model::SnapshotGoal::keep; });
  if (!works) co_return co_await snapshots_.keep(desired_.snapshots);
  const auto state = context_.driver.observe(uid_);
  const bool ran = activity == Activity::run && state && state->run_state == RunState::running;
  auto [promise, future] = make_promise<Status>(context_.runtime.scheduler);
  Scope scope(2);
  const bool begun = scope.spawn(forward_status(snapshots_.keep(desired_.snapshots), promise)) &&
                     scope.spawn(watch_snapshots(activity, ran, promise));
  if (!begun) co_return fail(Code::internal, "scope is full");
  co_return co_await std::move(future);
}

Task<void> Machine::watch_snapshots(Activity activity, bool ran, Promise<Status> yielded) {
  Signal& changes = context_.driver.changes();
  for (;;) {
    const std::uint64_t seen = changes.version();
    if (is_wanted_elsewhere(activity, ran)) break;
    co_await changes.changed_since(seen);
  }
  log_.info("machine {}: work on its snapshots is broken off", uid_);
  yielded.set(Status());
}

bool Machine::is_wanted_elsewhere(Activity activity, bool ran) const {
  if (!snapshots_.taking().empty()) {
    const auto wanted = std::find_if(
        desired_.snapshots.begin(), desired_.snapshots.end(),
        [&](const model::SnapshotDesired& snapshot) { return snapshot.uid == snapshots_.taking(); });
    if (wanted == desired_.snapshots.end() || wanted->goal == model::SnapshotGoal::drop) return true;
  }
  if (activity != Activity::run) return false;
  // It was stopped for want of a lease, and has one again.
  if (!ran) return desired_.leased && has_lease();
  if (!has_lease() && context_.leases.lapsed(uid_)) return true;
  const auto state = context_.driver.observe(uid_);
  return !state || state->run_state == RunState::stopped || state->run_state == RunState::failed;
}

Task<Status> Machine::restore_if_asked() {
  if (!desired_.restore || desired_.goal == model::MachineGoal::absent) co_return Status{};
  const Status restored = co_await restore();
  restore_waits_ = restored ? std::string() : restored.error().message;
  if (restored) co_return Status{};
  co_return fail(restored.error().code, "the snapshot is not brought back yet: {}", restore_waits_);
}

Task<Status> Machine::restore() {
  HANSE_CO_TRY(const bool open,
               co_await snapshots_.is_open(desired_.restore.value_or(model::SnapshotRestore())));
  if (!open) co_return Status{};
  HANSE_CO_CHECK(co_await ensure_blobs(context_.blobs, desired_.machine));
  co_return co_await snapshots_.restore(desired_);
}

Task<Status> Machine::keep_stopped() {
  const auto state = context_.driver.observe(uid_);
  if (!state || state->run_state == RunState::stopped) co_return Status{};
  restarted_generation_ = desired_.restart_generation;
  co_return co_await context_.driver.stop(uid_, kStopGrace);
}

Task<Status> Machine::remove() {
  // The machine last: as long as it is there the zone names it.
  HANSE_CO_CHECK(co_await snapshots_.remove_all());
  HANSE_CO_CHECK(co_await context_.driver.remove(uid_));
  HANSE_CO_CHECK(co_await context_.markers.remove(uid_));
  gone_ = true;
  context_.driver.changes().notify();
  co_return Status{};
}

model::MachineObserved Machine::observed() const {
  model::MachineObserved view{.uid = uid_, .generation = desired_.generation};
  const auto state = context_.driver.observe(uid_);
  view.exists = state.has_value();
  view.error = error_;
  const bool waits = state && state->run_state == RunState::stopped && !has_lease();
  if (waits && desired_.goal == model::MachineGoal::running && !desired_.move)
    view.error = "it is stopped: the host has no lease for it from its zone";
  if (state) {
    view.epoch = state->epoch;
    view.power_state = power_state_of(*state);
    view.awaits_memory = state->memory != MemoryState::whole;
    view.forwards = state->forwards;
    if (view.error.empty()) view.error = state->error;
    if (state->resumed_at) view.resumed_at_ns = std::to_string(since_epoch(*state->resumed_at).count());
    if (state->first_heartbeat_after_resume) {
      view.first_heartbeat = fmt::format("{} {}", state->first_heartbeat_after_resume->guest.count(),
                                         since_epoch(state->first_heartbeat_after_resume->wall).count());
    }
  }
  view.snapshots = snapshots_.observed();
  if (!snapshots_.begun().empty()) view.restore_begun = snapshots_.begun();
  if (!restore_waits_.empty()) view.restore_waits = restore_waits_;
  view.restored = snapshots_.restored();
  view.restore_error = snapshots_.restore_error();
  if (send_) view.move = send_->observed();
  if (receive_) view.move = receive_->observed();
  if (follow_) view.move = follow_->observed();
  return view;
}

}  // namespace hanse::host
