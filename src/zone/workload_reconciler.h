// WorkloadReconciler: keeps each workload's replicas in their zones: assigns a zone to each, durably, before
// that zone is asked; makes what is missing; follows what has moved; removes what is too many. Thread: the
// loop.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/runtime.h"
#include "zone/event_log.h"
#include "zone/reconcile_loop.h"
#include "zone/workload_zones.h"

namespace hanse::zone {

class WorkloadReconciler {
 public:
  WorkloadReconciler(Runtime& runtime, Tables& tables, WorkloadZones& zones, EventLog& events,
                     std::string zone)
      : runtime_(runtime), tables_(tables), zones_(zones), events_(events), zone_(std::move(zone)) {}

  Task<Result<Again>> reconcile(std::string key);

 private:
  using Pointer = Table<model::Workload>::Pointer;
  using Replicas = std::vector<model::ReplicaAssignment>;

  // Decides what should be assigned, and writes it; true when anything changed.
  Task<Result<bool>> assign(Pointer workload);
  // Looks at each assigned replica and brings it about; gives the replicas as they are now.
  Task<Result<Replicas>> visit_all(Pointer workload, std::vector<std::string>& problems);
  Task<Result<model::ReplicaAssignment>> visit(Pointer workload, model::ReplicaAssignment replica);
  Task<Status> make(Pointer workload, model::ReplicaAssignment replica);
  Task<Result<Again>> finish(Pointer workload, Replicas replicas, std::vector<std::string> problems);

  Runtime& runtime_;
  Tables& tables_;
  WorkloadZones& zones_;
  EventLog& events_;
  std::string zone_;
};

// Pure: marks what is too many for deletion, and adds the indexes that are missing, without a zone.
std::vector<model::ReplicaAssignment> wanted_replicas(const model::Workload& workload);

}  // namespace hanse::zone
