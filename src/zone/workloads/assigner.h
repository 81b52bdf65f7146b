// Assigner: gives each replica that has no zone one: by the policy, of the zones as they are known, with a
// reservation in another zone before anything is put there. A zone that refuses or is silent is passed over
// for a while, and the next best is asked.
//
// Lifecycle: as long as the reconciler. Thread: the loop. Failure: of a replica, a problem in words; of the
// whole, those of the tables.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "zone/workloads/refusals.h"
#include "zone/workloads/replica_zones.h"
#include "zone/workloads/zone_chooser.h"

namespace hanse::zone {

class Assigner {
 public:
  Assigner(Runtime& runtime, ZoneChooser& chooser, ReplicaZones& zones, Refusals& refusals, std::string zone)
      : runtime_(runtime), chooser_(chooser), zones_(zones), refusals_(refusals), zone_(std::move(zone)) {}

  struct Assigned {
    Replicas replicas;
    std::string problem;  // why not all have a zone
  };
  Task<Result<Assigned>> assign(model::Workload workload, model::InstanceSku sku, Replicas replicas);
  // Whether the zone would take the replica, at a price that the policy allows; it may be asked again.
  Task<Status> try_zone(model::Workload workload, model::InstanceSku sku, std::string zone,
                        model::ReplicaAssignment replica);

 private:
  // Sets the replica's zone; false when there is none for it.
  Task<Result<bool>> place(ZoneChooser::Question question, model::ReplicaAssignment& replica);
  Result<std::string> why_none(ZoneChooser::Question question, const model::ReplicaAssignment& replica) const;
  Task<Status> reserve(model::Workload workload, model::InstanceSku sku, std::string zone,
                       model::ReplicaAssignment& replica);

  Runtime& runtime_;
  ZoneChooser& chooser_;
  ReplicaZones& zones_;
  Refusals& refusals_;
  std::string zone_;
};

}  // namespace hanse::zone
