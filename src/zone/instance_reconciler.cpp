#include "zone/instance_reconciler.h"

#include <algorithm>

#include "zone/instance_status.h"

namespace hanse::zone {
namespace {

// What waits for something that no key announces (a host, an image) looks again after this.
constexpr Nanos kLookAgain = Seconds{2};

std::string name_of(const model::Instance& instance) {
  return to_string(id_of(instance.metadata));
}

bool has_left_copy(const Tables& tables, const std::string& name, const std::string& uid) {
  const auto host = tables.hosts.get({.name = name});
  if (!host) return false;
  const auto& left = (*host)->status.left_machines;
  return std::find(left.begin(), left.end(), uid) != left.end();
}

}  // namespace

Task<Result<Again>> InstanceReconciler::reconcile(std::string key) {
  const ResourceId id = id_of_key(KindOf<model::Instance>::kTraits, key);
  const auto instance = services_.tables.instances.get(id);
  if (!instance) {
    if (instance.error().code == Code::not_found) co_return Again();
    co_return fail(instance.error());
  }
  if (!(*instance)->status.moved_to.empty()) co_return co_await clean_up_after_move(*instance);
  if ((*instance)->metadata.deleted_at) co_return co_await remove(*instance);
  co_return co_await keep(*instance, key);
}

Task<Result<Again>> InstanceReconciler::keep(Pointer instance, std::string key) {
  // One that is on its way here was prepared whole by its transfer.
  if (!instance->status.incoming) {
    if (instance->status.block_storages.empty()) co_return co_await prepare(instance);
    if (instance->status.host.empty()) co_return co_await place(instance);
    services_.capacity.release(instance->metadata.uid);
  }
  const std::optional<MonotonicTime> lost = lost_at(*instance);
  const MonotonicTime now = services_.runtime.clock.now();
  if (lost && *lost <= now) {
    HANSE_CO_CHECK(co_await fail_over(instance));
    co_return Again();
  }
  tell_host(*instance, key);
  HANSE_CO_CHECK(co_await take_over_status(instance));
  if (lost) co_return Again(*lost - now);
  co_return Again();
}

Task<Result<Again>> InstanceReconciler::prepare(Pointer instance) {
  const ResourceId id = id_of(instance->metadata);
  const auto names = co_await services_.storages.ensure(instance);
  if (!names) {
    if (names.error().code != Code::failed_precondition) co_return fail(names.error());
    co_return co_await wait_with(id, "Storage", "StorageNotReady", names.error().message);
  }
  const auto written =
      co_await services_.tables.instances.update(id, [&](model::Instance& changed) -> Status {
        changed.status.block_storages = *names;
        changed.status.state = model::ResourceState::creating;
        return {};
      });
  if (!written) co_return fail(written.error());
  co_return Again();
}

Task<Result<Again>> InstanceReconciler::place(Pointer instance) {
  const ResourceId id = id_of(instance->metadata);
  const auto sku = services_.tables.instance_skus.get(
      {.tenant = id.tenant, .name = model::reference_name(instance->spec.sku_ref)});
  if (!sku) co_return co_await wait_with(id, "Placed", "SkuMissing", sku.error().message);
  const std::string uid = instance->metadata.uid;
  const auto host = services_.capacity.reserve(*instance, host_request(*instance, **sku));
  if (!host) co_return co_await wait_with(id, "Placed", "NoHost", host.error().message);
  if (has_left_copy(services_.tables, *host, uid)) {
    services_.capacity.release(uid);
    co_return co_await wait_with(id, "Placed", "OldCopy",
                                 fmt::format("host '{}' removes an older copy first", *host));
  }
  const auto hello = services_.hosts.hello(*host);
  const std::string now = to_rfc3339(services_.runtime.clock.wall_now());
  const auto placed = co_await services_.tables.instances.update(id, [&](model::Instance& changed) -> Status {
    changed.status.host = *host;
    changed.status.state = model::ResourceState::creating;
    if (hello && !changed.spec.machine_type)
      changed.spec.machine_type = default_machine_type(hello->inventory);
    if (hello && !changed.spec.cpu_model) changed.spec.cpu_model = default_cpu_model(hello->inventory);
    model::add_condition(changed.status.conditions,
                         {changed.status.state, "Placed", "HostChosen", "on host '" + *host + "'", now});
    return {};
  });
  if (!placed) {
    services_.capacity.release(uid);
    co_return fail(placed.error());
  }
  services_.events.add("instance", name_of(*instance), "Placed", "on host '" + *host + "'");
  co_return Again();
}

// In a move its protocol decides where it runs; one that is bound to a host waits for it.
std::optional<MonotonicTime> InstanceReconciler::lost_at(const model::Instance& instance) const {
  const model::InstanceStatus& status = instance.status;
  const bool restarts = instance.spec.failover == model::Failover::restart && !instance.spec.host &&
                        instance.spec.power == model::Power::running;
  if (!restarts || status.incoming || !status.transfer.empty()) return std::nullopt;
  if (services_.hosts.connected(status.host)) return std::nullopt;
  return services_.hosts.lease_end(status.host);
}

Task<Status> InstanceReconciler::fail_over(Pointer instance) {
  const std::string uid = instance->metadata.uid;
  const std::string lost = instance->status.host;
  // From here on it is granted no lease there, also when it comes back before this is written.
  services_.hosts.forget(lost, uid);
  const std::string now = to_rfc3339(services_.runtime.clock.wall_now());
  model::Instance changed = *instance;
  changed.status.host.clear();
  ++changed.status.epoch.value;
  changed.status.power_state = model::PowerState::unknown;
  changed.status.state = model::ResourceState::updating;
  const std::string why = fmt::format("host '{}' is lost; it is restarted on another, with new disks", lost);
  model::add_condition(changed.status.conditions, {changed.status.state, "Host", "HostLost", why, now});
  Tables& tables = services_.tables;
  store::Transaction move{.compares = {tables.instances.unchanged(*instance)},
                          .writes = {tables.instances.write_of(changed)}};
  if (const auto host = tables.hosts.get({.name = lost})) {
    model::Host left = **host;
    left.status.left_machines.push_back(uid);
    move.compares.push_back(tables.hosts.unchanged(**host));
    move.writes.push_back(tables.hosts.write_of(left));
  }
  const auto written = co_await services_.store.transact(std::move(move));
  if (!written) co_return fail(written.error());
  services_.events.add("instance", name_of(*instance), "HostLost", why);
  co_return Status();
}

void InstanceReconciler::tell_host(const model::Instance& instance, const std::string& key) {
  const auto order = services_.orders.find(key);
  if (instance.status.incoming && !order)
    return;  // this zone may not run it, and nobody says what else to do
  const InstanceStorages::Loaded loaded = services_.storages.load(instance);
  auto desired = desired_machine(instance, loaded.context, order);
  // What a running machine refers to may be gone; it goes on with what it was told before.
  if (desired) services_.hosts.set_desired(instance.status.host, std::move(*desired));
}

Task<Status> InstanceReconciler::take_over_status(Pointer instance) {
  const ResourceId id = id_of(instance->metadata);
  const std::string host = instance->status.host;
  const std::string uid = instance->metadata.uid;
  const HostView view{services_.hosts.connected(host), services_.hosts.observed(host, uid)};
  // Before a host has said anything since this zone started, the record is the best knowledge there is.
  if (!view.connected && !view.observed && !services_.hosts.hello(host)) co_return Status();
  const std::string now = to_rfc3339(services_.runtime.clock.wall_now());
  const model::PowerState before = instance->status.power_state;
  const auto written =
      co_await services_.tables.instances.update(id, [&](model::Instance& changed) -> Status {
        // What became of it since this step began counts: one that is being deleted stays so.
        const bool kept = changed.status.moved_to.empty() && !changed.metadata.deleted_at;
        if (kept && changed.status.host == host) apply_observed(changed, view, now);
        return {};
      });
  if (!written) co_return fail(written.error());
  if (written->status.power_state == before) co_return Status();
  const std::string_view power = boost::describe::enum_to_string(written->status.power_state, "unknown");
  services_.events.add("instance", name_of(*instance), "PowerState",
                       fmt::format("{} on host '{}'", power, host));
  co_return Status();
}

bool InstanceReconciler::host_has_let_go(const model::Instance& instance) const {
  const std::string& host = instance.status.host;
  const auto observed = services_.hosts.observed(host, instance.metadata.uid);
  const auto told = services_.hosts.told_generation(host, instance.metadata.uid);
  return observed && told && observed->generation == *told && !observed->exists;
}

Task<Result<Again>> InstanceReconciler::remove(Pointer instance) {
  const std::string& host = instance->status.host;
  const std::string uid = instance->metadata.uid;
  services_.capacity.release(uid);
  if (!host.empty()) {
    services_.hosts.set_desired(host, absent_machine(*instance));
    if (!host_has_let_go(*instance)) co_return Again();
  }
  store::Transaction end{.compares = {services_.tables.instances.unchanged(*instance)},
                         .writes = services_.storages.erasures(*instance)};
  end.writes.push_back({key_of(KindOf<model::Instance>::kTraits, id_of(instance->metadata)), std::nullopt});
  const auto ended = co_await services_.store.transact(std::move(end));
  if (!ended) co_return fail(ended.error());
  if (!host.empty()) services_.hosts.forget(host, uid);
  services_.events.add("instance", name_of(*instance), "Deleted", "");
  co_return Again();
}

Task<Result<Again>> InstanceReconciler::clean_up_after_move(Pointer instance) {
  // The copy here is dropped only after the target has confirmed that the guest runs there, which ends the
  // transfer.
  if (!instance->status.transfer.empty()) co_return Again();
  const ResourceId id = id_of(instance->metadata);
  const std::string host = instance->status.host;
  if (!host.empty()) {
    services_.hosts.set_desired(host, absent_machine(*instance));
    if (!host_has_let_go(*instance)) co_return Again();
    const auto written =
        co_await services_.tables.instances.update(id, [&](model::Instance& changed) -> Status {
          if (changed.status.host == host) changed.status.host.clear();
          return {};
        });
    if (!written) co_return fail(written.error());
    services_.hosts.forget(host, instance->metadata.uid);
    co_return Again();
  }
  if (instance->metadata.deleted_at) {
    const Status erased = co_await services_.tables.instances.erase(instance);
    if (!erased) co_return fail(erased.error());
  }
  co_return Again();
}

Task<Result<Again>> InstanceReconciler::wait_with(ResourceId id, std::string type, std::string reason,
                                                  std::string message) {
  const std::string now = to_rfc3339(services_.runtime.clock.wall_now());
  const auto written =
      co_await services_.tables.instances.update(id, [&](model::Instance& changed) -> Status {
        model::add_condition(changed.status.conditions, {changed.status.state, type, reason, message, now});
        return {};
      });
  if (!written) co_return fail(written.error());
  co_return Again(kLookAgain);
}

}  // namespace hanse::zone
