#include "zone/instance_reconciler.h"

#include <algorithm>

#include "base/planted_bug.h"
#include "zone/first_placement.h"
#include "zone/instance_status.h"
#include "zone/leases/left_copies.h"

namespace hanse::zone {
namespace {

// What waits for something that no key announces (a host, an image) looks again after this.
constexpr Nanos kLookAtInstanceAgain = Seconds{2};
// A start that is over sooner is written as what comes of it alone; a longer one is worth a write of its own.
constexpr Nanos kBriefStart = Millis{500};
// Somebody else wrote first what a transaction stands on.
constexpr Nanos kRaceLost = Millis{100};

std::string name_of(const model::Instance& instance) {
  return to_string(id_of(instance.metadata));
}

}  // namespace

Task<Result<Again>> InstanceReconciler::reconcile(std::string key) {
  const ResourceId id = id_of_key(KindOf<model::Instance>::kTraits, key);
  const auto instance = services_.tables.instances.get(id);
  if (!instance) {
    if (instance.error().code == Code::not_found) co_return Again();
    co_return fail(instance.error());
  }
  if (!(*instance)->status.moved_to.empty()) co_return co_await clean_up_after_move(*instance, key);
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
  const std::optional<MonotonicTime> lost = failover_.lost_at(*instance);
  const MonotonicTime now = services_.runtime.clock.now();
  if (lost && *lost <= now) {
    HANSE_CO_CHECK(co_await failover_.take_off(instance));
    co_return Again();
  }
  tell_host(*instance, key);
  if (const Nanos left = brief_start(*instance); left > Nanos{0})
    co_return Again(lost ? std::min(left, *lost - now) : left);
  HANSE_CO_CHECK(co_await take_over_status(instance));
  if (lost) co_return Again(*lost - now);
  co_return Again();
}

// The storages and, where there is one, the host go into one transaction: each is a wait for the disk.
// Without a host it is written all the same, and waits for one as place() says.
Task<Result<Again>> InstanceReconciler::prepare(Pointer instance) {
  auto storages = co_await services_.storages.prepare(instance);
  if (!storages) {
    if (storages.error().code != Code::failed_precondition) co_return fail(storages.error());
    co_return co_await wait_with(id_of(instance->metadata), "Storage", "StorageNotReady",
                                 storages.error().message);
  }
  const std::string uid = instance->metadata.uid;
  model::Instance ready = *instance;
  ready.status.block_storages = std::move(storages->names);
  ready.status.state = model::ResourceState::creating;
  std::optional<std::string> host;
  if (const auto sku = sku_of(*instance)) {
    const auto found = services_.capacity.reserve(*instance, host_request(*instance, **sku));
    if (found && !has_left_copy(services_.tables, *found, uid)) host = *found;
    if (found && !host) services_.capacity.release(uid);
  }
  const std::string now = to_rfc3339(services_.runtime.clock.wall_now());
  if (host) assign_host(ready, *host, services_.hosts, services_.hardware, now);
  store::Transaction making = std::move(storages->making);
  making.compares.push_back(services_.tables.instances.unchanged(*instance));
  making.writes.push_back(services_.tables.instances.write_of(ready));
  const auto made = co_await services_.store.transact(std::move(making));
  if (!made) {
    services_.capacity.release(uid);
    if (made.error().code == Code::aborted) co_return Again(kRaceLost);
    co_return fail(made.error());
  }
  if (host) tell_of_place(*instance, *host);
  co_return Again();
}

Task<Result<Again>> InstanceReconciler::place(Pointer instance) {
  const ResourceId id = id_of(instance->metadata);
  const auto sku = sku_of(*instance);
  if (!sku) co_return co_await wait_with(id, "Placed", "SkuMissing", sku.error().message);
  if (const Status boots = check_boot(services_.tables, *instance); !boots)
    co_return co_await wait_with(id, "Placed", "ImageDoesNotBoot", boots.error().message);
  const std::string uid = instance->metadata.uid;
  const auto host = services_.capacity.reserve(*instance, host_request(*instance, **sku));
  if (!host) co_return co_await wait_with(id, "Placed", "NoHost", host.error().message);
  if (has_left_copy(services_.tables, *host, uid)) {
    services_.capacity.release(uid);
    co_return co_await wait_with(id, "Placed", "OldCopy",
                                 fmt::format("host '{}' removes an older copy first", *host));
  }
  const std::string now = to_rfc3339(services_.runtime.clock.wall_now());
  const auto placed = co_await services_.tables.instances.update(id, [&](model::Instance& changed) -> Status {
    assign_host(changed, *host, services_.hosts, services_.hardware, now);
    return {};
  });
  if (!placed) {
    services_.capacity.release(uid);
    co_return fail(placed.error());
  }
  tell_of_place(*instance, *host);
  co_return Again();
}

Result<Table<model::InstanceSku>::Pointer> InstanceReconciler::sku_of(const model::Instance& instance) const {
  return services_.tables.instance_skus.get(
      {.tenant = instance.metadata.tenant, .name = model::reference_name(instance.spec.sku_ref)});
}

void InstanceReconciler::tell_of_place(const model::Instance& instance, const std::string& host) {
  services_.events.add("instance", name_of(instance), "Placed", "on host '" + host + "'");
}

void InstanceReconciler::tell_host(const model::Instance& instance, const std::string& key) {
  const std::string& host = instance.status.host;
  const auto order = services_.orders.find(key, host);
  const InstanceStorages::Loaded loaded = services_.storages.load(instance);
  if (instance.status.other_host) tell_other_host(instance, loaded.context, key);
  if (instance.status.incoming && !order)
    return;  // this zone may not run it, and nobody says what else to do
  auto desired = desired_machine(instance, loaded.context, order);
  // What a running machine refers to may be gone; it goes on with what it was told before.
  if (desired) services_.hosts.set_desired(host, std::move(*desired));
}

// As it will be at the host that receives it.
model::Instance InstanceReconciler::adapted(model::Instance instance) const {
  const auto transfer = services_.tables.transfers.get(
      {instance.metadata.tenant, instance.metadata.workspace, instance.status.transfer});
  if (!transfer) return instance;
  if (const auto& hardware = (*transfer)->status.hardware; hardware) model::apply(*hardware, instance.spec);
  return instance;
}

// Of a move within the zone. The host that receives is told so and nothing else: without that order it would
// run the machine. The one that has sent keeps its last order until its copy is removed, and of a post-copy
// hears that it is committed.
void InstanceReconciler::tell_other_host(const model::Instance& instance, const InstanceContext& context,
                                         const std::string& key) {
  const std::string host = instance.status.other_host.value_or("");
  const auto order = services_.orders.find(key, host);
  const bool receives = order && order->goal == model::MoveGoal::receive;
  if constexpr (kPlantedBug == PlantedBug::sender_runs_after_commit) {
    const bool has_sent = order && order->goal == model::MoveGoal::send;
    if (auto desired = desired_machine(instance, context, std::nullopt); desired && has_sent) {
      desired->epoch = {instance.status.epoch.value - 1};
      services_.hosts.set_desired(host, std::move(*desired));
    }
  }
  if (order && order->committed) {
    const Epoch before{instance.status.epoch.value - 1};
    services_.hosts.set_desired(host, committed_machine(instance, before, *order));
  }
  if (!receives) return;
  auto desired = desired_machine(adapted(instance), context, order);
  if (!desired) return;
  desired->epoch = {instance.status.epoch.value + 1};
  services_.hosts.set_desired(host, std::move(*desired));
}

// What is left of the time for which a start is no news; with a crash of the zone it is heard of anew.
Nanos InstanceReconciler::brief_start(const model::Instance& instance) {
  const std::string& uid = instance.metadata.uid;
  const auto observed = services_.hosts.observed(instance.status.host, uid);
  const bool starts = observed && observed->power_state == model::PowerState::starting &&
                      instance.status.power_state != model::PowerState::starting;
  if (!starts) {
    starts_.erase(uid);
    return Nanos{0};
  }
  const MonotonicTime now = services_.runtime.clock.now();
  return starts_.try_emplace(uid, now).first->second + kBriefStart - now;
}

Task<Status> InstanceReconciler::take_over_status(Pointer instance) {
  const ResourceId id = id_of(instance->metadata);
  const std::string host = instance->status.host;
  const std::string uid = instance->metadata.uid;
  const HostView view{services_.hosts.connected(host), services_.hosts.observed(host, uid)};
  // Before a host has said anything since this zone started, the record is the best knowledge there is.
  if (!view.connected && !view.observed && services_.hosts.find_hello(host) == nullptr) co_return Status();
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
  starts_.erase(uid);
  bool left = false;
  if (!host.empty()) {
    services_.hosts.set_desired(host, absent_machine(*instance));
    left = !host_has_let_go(*instance);
    if (left && !failover_.is_over(*instance)) {
      const bool leased = instance->spec.failover == model::Failover::restart;
      co_return leased ? Again(kLookAtInstanceAgain) : Again();
    }
  }
  store::Transaction end{.compares = {services_.tables.instances.unchanged(*instance)},
                         .writes = services_.storages.erasures(*instance)};
  end.writes.push_back({key_of(KindOf<model::Instance>::kTraits, id_of(instance->metadata)), std::nullopt});
  if (left) leave_copy(services_.tables, host, uid, end);
  const auto ended = co_await services_.store.transact(std::move(end));
  if (!ended) co_return fail(ended.error());
  if (!host.empty()) services_.hosts.forget(host, uid);
  services_.events.add("instance", name_of(*instance), "Deleted", "");
  co_return Again();
}

Task<Result<Again>> InstanceReconciler::clean_up_after_move(Pointer instance, std::string key) {
  // The copy here is dropped only after the target has confirmed that the guest runs there, which ends the
  // transfer.
  const ResourceId id = id_of(instance->metadata);
  const std::string host = instance->status.host;
  if (!instance->status.transfer.empty()) {
    // Of a post-copy it still sends what the guest lacks.
    if (const auto order = services_.orders.find(key, host); order && order->committed)
      services_.hosts.set_desired(host, committed_machine(*instance, instance->status.epoch, *order));
    co_return Again();
  }
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
  co_return Again(kLookAtInstanceAgain);
}

}  // namespace hanse::zone
