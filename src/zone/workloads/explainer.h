// Explainer: why each replica of a workload is where it is, or nowhere, as placement sees the zones now; and
// for a replica that this zone has or would get, its hosts. Pure reading. Thread: the loop. Failure:
// not_found, and those of the tables.
#pragma once

#include "model/placement_explanation.h"
#include "zone/workloads/zone_candidates.h"

namespace hanse::zone {

class Explainer {
 public:
  Explainer(const ZoneConfig& config, Tables& tables, HostCapacity& capacity,
            const ZoneCandidates& candidates)
      : config_(config), tables_(tables), capacity_(capacity), candidates_(candidates) {}

  Result<model::WorkloadExplanation> explain(const ResourceId& workload) const;

 private:
  const ZoneConfig& config_;
  Tables& tables_;
  HostCapacity& capacity_;
  const ZoneCandidates& candidates_;
};

}  // namespace hanse::zone
