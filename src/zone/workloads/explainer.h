// Explainer: why each replica of a workload is where it is, or nowhere, as placement sees the zones now; and
// for a replica that this zone has or would get, its hosts. Pure reading. Thread: the loop. Failure:
// not_found, and those of the tables.
#pragma once

#include <string>
#include <vector>

#include "model/placement_explanation.h"
#include "zone/workloads/refusals.h"
#include "zone/workloads/zone_candidates.h"

namespace hanse::zone {

class Explainer {
 public:
  // What it is given outlives it.
  Explainer(const ZoneConfig& config, Tables& tables, HostCapacity& capacity,
            const ZoneCandidates& candidates, const Refusals& refusals)
      : config_(config), tables_(tables), capacity_(capacity), candidates_(candidates), refusals_(refusals) {}

  Result<model::WorkloadExplanation> explain(const ResourceId& workload) const;

 private:
  struct Question {
    const model::Workload& workload;
    const model::InstanceSku& sku;
    const Replicas& replicas;
    std::string name;  // of the workload, with its zone
  };
  // As if the replica were nowhere: it is not in its own way. `zones` are as before afterwards.
  Result<model::ReplicaExplanation> explain_replica(const Question& question,
                                                    const model::ReplicaAssignment& replica,
                                                    std::vector<placement::ZoneCandidate>& zones) const;
  Status give_back(const Question& question, const model::ReplicaAssignment& replica,
                   placement::ZoneCandidate& zone) const;
  Result<model::PlacementExplanation> explain_hosts(const Question& question) const;

  const ZoneConfig& config_;
  Tables& tables_;
  HostCapacity& capacity_;
  const ZoneCandidates& candidates_;
  const Refusals& refusals_;
};

}  // namespace hanse::zone
