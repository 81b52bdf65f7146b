// WorkloadReconciler: keeps each workload's replicas as they are declared, for ever: assigns a zone to each,
// durably, before anything is put there; makes what is missing; follows what has moved; makes anew, one at a
// time, what has another template; starts and stops them as the template says; reports what no longer
// satisfies the policy, and moves it where the policy says so; removes what is too many.
//
// A replica runs in its assigned zone or nowhere: another is assigned only when the zone has said that it has
// nothing and that nothing can come by the reservation any more. Thread: the loop.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/runtime.h"
#include "zone/event_log.h"
#include "zone/leases/lease_grants.h"
#include "zone/reconcile_loop.h"
#include "zone/workloads/assigner.h"
#include "zone/workloads/policy_keeper.h"
#include "zone/workloads/replica_visits.h"

namespace hanse::zone {

class WorkloadReconciler {
 public:
  struct Services {
    Runtime& runtime;
    Tables& tables;
    Hashing& hashing;
    EventLog& events;
    ZoneCandidates& candidates;
    ZoneChooser& chooser;
    ReplicaZones& zones;
    LeaseGrants& leases;
    Refusals& refusals;
    std::string zone;
  };
  explicit WorkloadReconciler(Services services)
      : services_(std::move(services)),
        assigner_(services_.runtime, services_.chooser, services_.zones, services_.refusals, services_.zone),
        visits_({services_.tables, services_.hashing, services_.events, services_.zones, services_.leases,
                 services_.refusals, services_.zone}),
        keeper_({services_.runtime, services_.tables, services_.events, services_.candidates,
                 services_.chooser, services_.zones, assigner_}) {}

  Task<Result<Again>> reconcile(std::string key);

 private:
  using Pointer = Table<model::Workload>::Pointer;
  // Decides what should be assigned, and writes it; true when anything changed.
  Task<Result<bool>> assign(Pointer workload);
  Status check_neighbours(const model::Workload& workload, const Replicas& assigned,
                          std::vector<store::Compare>& guards) const;
  // What is misplaced is reported, and as far as it never ran, marked to be made elsewhere.
  Task<void> check_policy(Pointer workload, ReplicaVisits::Visited& visited);
  // One at a time, and only while all others run.
  static void replace_one_outdated(const model::Workload& workload, ReplicaVisits::Visited& visited);
  Task<Result<Again>> finish(Pointer workload, ReplicaVisits::Visited visited);

  Services services_;
  Assigner assigner_;
  ReplicaVisits visits_;
  PolicyKeeper keeper_;
};

}  // namespace hanse::zone
