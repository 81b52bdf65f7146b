#include "zone/instance_status.h"

namespace hanse::zone {
namespace {

using model::PowerState;
using model::ResourceState;

bool is_as_wanted(const model::Instance& instance, PowerState power) {
  const bool wants_running = instance.spec.power == model::Power::running;
  return power == (wants_running ? PowerState::running : PowerState::stopped);
}

// A host makes nothing before it is to run.
PowerState power_of_absent(const model::Instance& instance) {
  return instance.spec.power == model::Power::stopped ? PowerState::stopped : PowerState::unknown;
}

void note(model::Instance& instance, std::string type, std::string reason, std::string message,
          const std::string& now) {
  model::add_condition(instance.status.conditions,
                       {instance.status.state, std::move(type), std::move(reason), std::move(message), now});
}

// One that has been active before is updating; a new one is creating.
ResourceState transitional(ResourceState before) {
  const bool is_new = before == ResourceState::pending || before == ResourceState::creating;
  return is_new ? ResourceState::creating : ResourceState::updating;
}

void apply_to_snapshot(model::Snapshot& snapshot, const model::SnapshotObserved& observed) {
  using Observed = model::SnapshotObservedState;
  using State = model::SnapshotState;
  const bool waits = snapshot.state == State::pending || snapshot.state == State::ready;
  if (waits && observed.state == Observed::ready) {
    snapshot.state = State::ready;
    snapshot.parts = observed.parts;
    snapshot.size = observed.size;
  } else if (waits && observed.state == Observed::failed) {
    snapshot.state = snapshot.state == State::ready ? State::lost : State::failed;
    snapshot.failure = observed.error;
  }
}

// One that is to be deleted goes when its host has none any more.
void apply_snapshots(model::InstanceStatus& status, const model::MachineObserved& observed) {
  for (const model::SnapshotObserved& seen : observed.snapshots) {
    std::erase_if(status.snapshots, [&](const model::Snapshot& snapshot) {
      return snapshot.uid == seen.uid && snapshot.state == model::SnapshotState::deleting &&
             seen.state == model::SnapshotObservedState::gone;
    });
    for (model::Snapshot& snapshot : status.snapshots) {
      if (snapshot.uid == seen.uid) apply_to_snapshot(snapshot, seen);
    }
  }
}

void apply_restore(model::Instance& instance, const model::MachineObserved& observed,
                   const std::string& now) {
  std::optional<model::SnapshotRestore>& wish = instance.status.restore;
  if (!wish) return;
  wish->reason = observed.restore_waits;
  if (observed.restore_begun == wish->id) {
    wish->begun = true;
    wish->cancelled.reset();  // that came too late
  }
  if (observed.restored != wish->id) return;
  const char* const not_done = wish->cancelled ? model::kRestoreCancelled : "NotRestored";
  wish.reset();
  const bool done = observed.restore_error.empty();
  note(instance, "Restored", done ? "Restored" : not_done,
       done ? "it is what it was in the snapshot" : observed.restore_error, now);
}

}  // namespace

void apply_observed(model::Instance& instance, const HostView& view, const std::string& now) {
  model::InstanceStatus& status = instance.status;
  if (!view.connected) {
    const bool restarts = instance.spec.failover == model::Failover::restart;
    note(instance, "Host", "HostUnreachable",
         "host '" + status.host + "' is not connected; the instance " +
             (restarts ? "is stopped there and restarted elsewhere" : "goes on as it was"),
         now);
    return;
  }
  if (!view.observed) return;
  const model::MachineObserved& observed = *view.observed;
  status.power_state = observed.exists ? observed.power_state : power_of_absent(instance);
  status.forwards = observed.forwards;
  apply_snapshots(status, observed);
  apply_restore(instance, observed, now);
  if (!observed.error.empty()) {
    status.state = observed.power_state == PowerState::running ? ResourceState::active : ResourceState::error;
    note(instance, "Running", "HostError", observed.error, now);
  } else if (observed.power_state == PowerState::moving) {
    status.state = ResourceState::updating;
    note(instance, "Transfer", "Moving", "the guest is paused for its move", now);
  } else if (is_as_wanted(instance, status.power_state)) {
    status.state = ResourceState::active;
    const bool running = status.power_state == PowerState::running;
    note(instance, "Running", running ? "Running" : "Stopped", "on host '" + status.host + "'", now);
  } else {
    status.state = transitional(status.state);
  }
}

}  // namespace hanse::zone
