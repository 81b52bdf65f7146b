#include "zone/controllers.h"

#include <utility>

namespace hanse::zone {
namespace {

// The step of a reconciler, as a loop takes it.
template <class Reconciler>
ReconcileLoop::Step step_of(Reconciler& reconciler) {
  return [&reconciler](std::string key) { return reconciler.reconcile(std::move(key)); };
}

template <class T>
std::string prefix() {
  return prefix_of(KindOf<T>::kTraits, {});
}

}  // namespace

Controllers::Controllers(InstanceServices services, ImageReconciler& images, ReplicaLeases& leases,
                         PeerAdmission& admission, TransferFrontend& transfers,
                         WorkloadReconciler::Services workloads)
    : services_(services),
      leases_(leases),
      admission_(admission),
      index_(services.tables),
      host_turns_(services.runtime.scheduler),
      feed_(services.runtime, services.store),
      instance_reconciler_(services),
      workload_reconciler_(std::move(workloads)),
      host_reconciler_(services.runtime, services.tables, services.hosts),
      drain_reconciler_(
          {services.runtime, services.tables, services.hosts, services.capacity, services.hardware, transfers,
           services.events},
          index_,
          HostFailover({services.runtime, services.store, services.tables, services.hosts, services.events})),
      workspace_reconciler_(services.tables.workspaces),
      instance_sku_reconciler_(services.tables.instance_skus),
      storage_sku_reconciler_(services.tables.storage_skus),
      block_storage_reconciler_(services.tables.block_storages),
      role_reconciler_(services.tables),
      role_assignment_reconciler_(services.tables.role_assignments),
      instances_(services.runtime, "instances", step_of(instance_reconciler_)),
      images_(services.runtime, "images", step_of(images)),
      workloads_(services.runtime, "workloads", step_of(workload_reconciler_)),
      hosts_(services.runtime, "hosts", step_of(host_reconciler_)),
      drains_(services.runtime, "drains", step_of(drain_reconciler_)),
      workspaces_(services.runtime, "workspaces", step_of(workspace_reconciler_)),
      instance_skus_(services.runtime, "instance-skus", step_of(instance_sku_reconciler_)),
      storage_skus_(services.runtime, "storage-skus", step_of(storage_sku_reconciler_)),
      block_storages_(services.runtime, "block-storages", step_of(block_storage_reconciler_)),
      roles_(services.runtime, "roles", step_of(role_reconciler_)),
      role_assignments_(services.runtime, "role-assignments", step_of(role_assignment_reconciler_)) {
  subscribe();
}

void Controllers::subscribe() {
  feed_.on_start([this] {
    services_.capacity.forget();
    admission_.forget();
  });
  feed_.on_complete([this] {
    services_.capacity.all_told();
    admission_.all_told();
    leases_.drop_gone();
  });
  feed_.subscribe(prefix<model::Instance>(), [this](const std::string& key) { instance_changed(key); });
  feed_.subscribe(prefix<model::Image>(), [this](const std::string& key) {
    admission_.image_changed(key);
    images_.enqueue(key);
  });
  feed_.subscribe(prefix<model::Workload>(), [this](const std::string& key) { workloads_.enqueue(key); });
  feed_.subscribe(prefix<model::Host>(), [this](const std::string& key) {
    services_.capacity.host_changed(key);
    hosts_.enqueue(key);
    drains_.enqueue(key);
  });
  feed_.subscribe(prefix<model::Workspace>(), [this](const std::string& key) { workspaces_.enqueue(key); });
  feed_.subscribe(prefix<model::InstanceSku>(), [this](const std::string& key) {
    services_.capacity.sku_changed(key);
    admission_.sku_changed(key);
    instance_skus_.enqueue(key);
  });
  feed_.subscribe(prefix<model::StorageSku>(),
                  [this](const std::string& key) { storage_skus_.enqueue(key); });
  feed_.subscribe(prefix<model::BlockStorage>(),
                  [this](const std::string& key) { block_storages_.enqueue(key); });
  feed_.subscribe(prefix<model::Role>(), [this](const std::string& key) { roles_.enqueue(key); });
  feed_.subscribe(prefix<model::RoleAssignment>(),
                  [this](const std::string& key) { role_assignments_.enqueue(key); });
  services_.orders.on_change([this](const std::string& key) { instances_.enqueue(key); });
  services_.hosts.on_connection([this](const std::string& host) {
    turned_hosts_.insert(host);
    host_turns_.notify();
  });
  services_.hosts.on_observed([this](const std::string&, const std::string& uid) {
    const std::string key = index_.key_of_uid(uid);
    if (!key.empty()) instances_.enqueue(key);
  });
}

Task<Status> Controllers::start() {
  if (!scope_.spawn(feed_.run()) || !scope_.spawn(follow_hosts()))
    co_return fail(Code::internal, "the controllers cannot start");
  co_await feed_.complete();
  co_return Status();
}

void Controllers::instance_changed(const std::string& key) {
  const std::string left = index_.host_of(key);
  index_.refresh(key);
  services_.capacity.instance_changed(key);
  admission_.instance_changed(key);
  leases_.instance_changed(key);
  instances_.enqueue(key);
  for (const std::string& host : {left, index_.host_of(key)}) {
    if (drain_reconciler_.drains(host)) drains_.enqueue(key_of(KindOf<model::Host>::kTraits, {.name = host}));
  }
}

void Controllers::host_changed(const std::string& host) {
  hosts_.enqueue(key_of(KindOf<model::Host>::kTraits, {.name = host}));
  for (const std::string& key : index_.keys_on(host)) instances_.enqueue(key);
}

// By name and not by looking at all hosts: with many of them, each of whose words raises changes(), that
// would be all that the zone does.
Task<void> Controllers::follow_hosts() {
  while (true) {
    const std::uint64_t seen = host_turns_.version();
    const std::set<std::string> turned = std::exchange(turned_hosts_, {});
    for (const std::string& host : turned) host_changed(host);
    if (!turned.empty())
      for (const std::string& key : index_.keys_on("")) instances_.enqueue(key);
    co_await host_turns_.changed_since(seen);
  }
}

}  // namespace hanse::zone
