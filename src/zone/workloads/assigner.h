// Assigner: gives each replica that has no zone one: by the policy, of the zones as they are known, with a
// reservation in another zone before anything is put there. A zone that refuses or is silent is passed over
// for a while, and the next best is asked.
//
// Lifecycle: as long as the reconciler. Thread: the loop. Failure: of a replica, a problem in words; of the
// whole, those of the tables.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "zone/workloads/replica_plan.h"
#include "zone/workloads/replica_zones.h"
#include "zone/workloads/zone_chooser.h"

namespace hanse::zone {

// A zone that refused, or did not answer, is not asked for the same workload again for so long.
inline constexpr Nanos kRefusalMemory = Seconds{30};

class Assigner {
 public:
  Assigner(Runtime& runtime, ZoneChooser& chooser, ReplicaZones& zones, std::string zone)
      : runtime_(runtime), chooser_(chooser), zones_(zones), zone_(std::move(zone)) {}

  struct Assigned {
    Replicas replicas;
    std::string problem;  // why not all have a zone
  };
  Task<Result<Assigned>> assign(model::Workload workload, model::InstanceSku sku, Replicas replicas);
  // Whether the zone would take the replica, at a price that the policy allows; it may be asked again.
  Task<Status> try_zone(model::Workload workload, model::InstanceSku sku, std::string zone,
                        model::ReplicaAssignment replica);
  // The replica's zone refused it after all.
  void remember_refusal(const model::Workload& workload, const std::string& zone, std::string message);

 private:
  struct Refusal {
    MonotonicTime until;
    std::string message;
  };

  // Sets the replica's zone; false when there is none for it.
  Task<Result<bool>> place(ZoneChooser::Question question, model::ReplicaAssignment& replica);
  Result<std::string> why_none(ZoneChooser::Question question, const model::ReplicaAssignment& replica) const;
  Task<Status> reserve(model::Workload workload, model::InstanceSku sku, std::string zone,
                       model::ReplicaAssignment& replica);
  // By zone: those that were asked in vain, and those that have what was lost.
  std::map<std::string, std::string> passed_over(const model::Workload& workload,
                                                 const Replicas& replicas) const;

  Runtime& runtime_;
  ZoneChooser& chooser_;
  ReplicaZones& zones_;
  std::string zone_;
  std::map<std::pair<std::string, std::string>, Refusal> refusals_;  // by uid of the workload, and zone
};

}  // namespace hanse::zone
