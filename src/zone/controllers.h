// Controllers: all reconcilers of a zone with their loops, and what calls them: changes in the store, words
// of hosts, orders of transfers.
//
// Lifecycle: start() spawns them; destroying it stops all. Thread: the loop.
#pragma once

#include <set>
#include <string>

#include "base/scope.h"
#include "runtime/signal.h"
#include "zone/authorization/role_reconciler.h"
#include "zone/change_feed.h"
#include "zone/drain/drain_reconciler.h"
#include "zone/image_reconciler.h"
#include "zone/instance_index.h"
#include "zone/instance_reconciler.h"
#include "zone/leases/replica_leases.h"
#include "zone/simple_reconcilers.h"
#include "zone/workloads/workload_reconciler.h"

namespace hanse::zone {

class Controllers {
 public:
  Controllers(InstanceServices services, ImageReconciler& images, ReplicaLeases& leases,
              PeerAdmission& admission, TransferFrontend& transfers, WorkloadReconciler::Services workloads);

  // Completes when all that is in the store has been looked at, which takes seconds in a large zone.
  Task<Status> start();

 private:
  void subscribe();
  Task<void> follow_hosts();
  void host_changed(const std::string& host);
  void instance_changed(const std::string& key);

  InstanceServices services_;
  ReplicaLeases& leases_;
  PeerAdmission& admission_;
  InstanceIndex index_;
  Signal host_turns_;
  ChangeFeed feed_;
  InstanceReconciler instance_reconciler_;
  WorkloadReconciler workload_reconciler_;
  HostReconciler host_reconciler_;
  DrainReconciler drain_reconciler_;
  PlainReconciler<model::Workspace> workspace_reconciler_;
  PlainReconciler<model::InstanceSku> instance_sku_reconciler_;
  PlainReconciler<model::StorageSku> storage_sku_reconciler_;
  PlainReconciler<model::BlockStorage> block_storage_reconciler_;
  RoleReconciler role_reconciler_;
  PlainReconciler<model::RoleAssignment> role_assignment_reconciler_;
  ReconcileLoop instances_;
  ReconcileLoop images_;
  ReconcileLoop workloads_;
  ReconcileLoop hosts_;
  ReconcileLoop drains_;
  ReconcileLoop workspaces_;
  ReconcileLoop instance_skus_;
  ReconcileLoop storage_skus_;
  ReconcileLoop block_storages_;
  ReconcileLoop roles_;
  ReconcileLoop role_assignments_;
  std::set<std::string> turned_hosts_;  // that came or went since follow_hosts() looked
  Scope scope_{8};                      // declared last: destroyed first
};

}  // namespace hanse::zone
