#include "zone/instance_actions.h"

#include <functional>

#include "model/metadata.h"
#include "runtime/random.h"
#include "runtime/rfc3339.h"

namespace hanse::zone {
namespace {

// Shared by all: what was asked of an instance that is not this zone's to act on, or not now.
Status check_actionable(const model::Instance& instance) {
  const std::string title = to_string(id_of(instance.metadata));
  if (!instance.status.moved_to.empty()) {
    return fail(Code::failed_precondition, "instance '{}' moved to zone '{}'; use that zone's context", title,
                instance.status.moved_to);
  }
  if (instance.metadata.deleted_at)
    return fail(Code::failed_precondition, "instance '{}' is being deleted", title);
  if (!instance.status.transfer.empty()) {
    return fail(Code::failed_precondition,
                "instance '{}' is moving in transfer '{}'; wait for its end or cancel it", title,
                instance.status.transfer);
  }
  return {};
}

// Past the commit point it is here, and runs or is to: what it waits for may be what its user gives up.
bool has_arrived(const Tables& tables, const model::Instance& instance) {
  const model::Metadata& metadata = instance.metadata;
  const auto transfer = tables.transfers.get({metadata.tenant, metadata.workspace, instance.status.transfer});
  if (!transfer || !instance.status.moved_to.empty() || metadata.deleted_at) return false;
  if (!model::may_post_copy(**transfer)) return false;
  const model::TransferPhase phase = (*transfer)->status.phase;
  return phase == model::TransferPhase::granted ||
         (model::is_within_zone(**transfer) && phase == model::TransferPhase::committed);
}

// Its disks are its own to work on.
Status check_restorable(const model::Instance& instance) {
  HANSE_CHECK(check_actionable(instance));
  if (!instance.status.restore) return {};
  return fail(Code::failed_precondition,
              "instance '{}' is becoming what it was in a snapshot; wait for its end or cancel it",
              to_string(id_of(instance.metadata)));
}

std::function<Status(model::Instance&)> set_power(model::Power power) {
  return [power](model::Instance& instance) -> Status {
    HANSE_CHECK(check_actionable(instance));
    instance.spec.power = power;
    return {};
  };
}

}  // namespace

Task<Result<model::Instance>> InstanceActions::start(ResourceId id) {
  return tables_.instances.update(std::move(id), set_power(model::Power::running));
}

Task<Result<model::Instance>> InstanceActions::stop(ResourceId id) {
  return tables_.instances.update(std::move(id), set_power(model::Power::stopped));
}

Task<Result<model::Instance>> InstanceActions::restart(ResourceId id) {
  return tables_.instances.update(std::move(id), [this](model::Instance& instance) -> Status {
    if (!has_arrived(tables_, instance)) HANSE_CHECK(check_actionable(instance));
    instance.spec.power = model::Power::running;
    ++instance.status.restart_generation;
    return {};
  });
}

Task<Result<model::Instance>> InstanceActions::take_snapshot(ResourceId id, std::string name, bool memory) {
  HANSE_CO_CHECK(model::check_name(name, "/name"));
  model::Snapshot wanted{.name = name,
                         .uid = random_token(runtime_.random, model::kUidDigits),
                         .memory = memory,
                         .created_at = to_rfc3339(runtime_.clock.wall_now())};
  co_return co_await tables_.instances.update(std::move(id), [wanted](model::Instance& instance) -> Status {
    HANSE_CHECK(check_restorable(instance));
    std::vector<model::Snapshot>& known = instance.status.snapshots;
    if (const model::Snapshot* same = model::find_snapshot(known, wanted.name); same != nullptr) {
      if (same->memory == wanted.memory && same->state == model::SnapshotState::pending) return {};
      return fail(Code::already_exists,
                  "instance '{}' has a snapshot '{}' already; delete it or use another name",
                  to_string(id_of(instance.metadata)), wanted.name);
    }
    if (known.size() >= model::kMaxSnapshots)
      return fail(Code::resource_exhausted,
                  "instance '{}' has {} snapshots, the most that are kept; delete one",
                  to_string(id_of(instance.metadata)), known.size());
    if (instance.status.host.empty())
      return fail(Code::failed_precondition, "instance '{}' has no host yet, so it has no disks; try again",
                  to_string(id_of(instance.metadata)));
    if (wanted.memory && instance.status.power_state != model::PowerState::running)
      return fail(Code::failed_precondition,
                  "instance '{}' does not run, so it has no memory; leave it out or start the instance",
                  to_string(id_of(instance.metadata)));
    known.push_back(wanted);
    return {};
  });
}

Task<Result<model::Instance>> InstanceActions::delete_snapshot(ResourceId id, std::string name) {
  return tables_.instances.update(std::move(id),
                                  [name = std::move(name)](model::Instance& instance) -> Status {
                                    HANSE_CHECK(check_restorable(instance));
                                    std::vector<model::Snapshot>& known = instance.status.snapshots;
                                    for (model::Snapshot& snapshot : known) {
                                      if (snapshot.name == name)
                                        snapshot.state = model::SnapshotState::deleting;
                                    }
                                    return {};
                                  });
}

Task<Result<model::Instance>> InstanceActions::restore_snapshot(ResourceId id, std::string name) {
  const std::string wish = random_token(runtime_.random, model::kUidDigits);
  co_return co_await tables_.instances.update(
      std::move(id), [name, wish](model::Instance& instance) -> Status {
        HANSE_CHECK(check_restorable(instance));
        const std::string title = to_string(id_of(instance.metadata));
        const model::Snapshot* snapshot = model::find_snapshot(instance.status.snapshots, name);
        if (snapshot == nullptr)
          return fail(Code::not_found, "instance '{}' has no snapshot '{}'", title, name);
        if (snapshot->state != model::SnapshotState::ready)
          return fail(Code::failed_precondition, "snapshot '{}' of instance '{}' is {} and not ready", name,
                      title, boost::describe::enum_to_string(snapshot->state, ""));
        // One that is being taken would have what comes back and not what is there.
        for (const model::Snapshot& other : instance.status.snapshots) {
          if (other.state == model::SnapshotState::pending)
            return fail(Code::failed_precondition,
                        "snapshot '{}' of instance '{}' is being taken; wait for its end", other.name, title);
        }
        instance.status.restore = model::SnapshotRestore{.id = wish, .snapshot = snapshot->uid};
        return {};
      });
}

Task<Result<model::Instance>> InstanceActions::cancel_restore(ResourceId id, std::string name) {
  return tables_.instances.update(
      std::move(id), [name = std::move(name)](model::Instance& instance) -> Status {
        HANSE_CHECK(check_actionable(instance));
        std::optional<model::SnapshotRestore>& wish = instance.status.restore;
        const model::Snapshot* snapshot = model::find_snapshot(instance.status.snapshots, name);
        if (!wish || snapshot == nullptr || snapshot->uid != wish->snapshot) return {};
        if (wish->begun)
          return fail(Code::failed_precondition,
                      "the disks of instance '{}' are being overwritten with snapshot '{}', so only its end "
                      "makes them whole; wait for it, and where its host cannot read the snapshot any more "
                      "mend the host or delete the instance",
                      to_string(id_of(instance.metadata)), name);
        wish->cancelled = true;
        return {};
      });
}

Task<Result<model::HostResponse>> InstanceActions::call_host(ResourceId id, model::HostRequest request) {
  HANSE_CO_TRY(const auto instance, tables_.instances.get(id));
  if (!instance->status.moved_to.empty()) co_return fail(check_actionable(*instance).error());
  if (instance->status.host.empty()) {
    co_return fail(Code::failed_precondition, "instance '{}' has no host yet", to_string(id));
  }
  request.uid = instance->metadata.uid;
  co_return co_await hosts_.call(instance->status.host, std::move(request));
}

Task<Result<model::HostResponse>> InstanceActions::read_console(ResourceId id, std::int64_t offset) {
  return call_host(std::move(id), {.method = model::HostMethod::read_console, .offset = offset});
}

Task<Status> InstanceActions::write_console(ResourceId id, std::string text) {
  const auto answer = co_await call_host(
      std::move(id), {.method = model::HostMethod::write_console, .text = std::move(text)});
  if (!answer) co_return fail(answer.error());
  co_return Status();
}

}  // namespace hanse::zone
