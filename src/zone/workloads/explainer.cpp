#include "zone/workloads/explainer.h"

#include "placement/explanation.h"
#include "zone/workloads/replica_plan.h"

namespace hanse::zone {

Result<model::WorkloadExplanation> Explainer::explain(const ResourceId& id) const {
  HANSE_TRY(const auto workload, tables_.workloads.get(id));
  const model::InstanceSpec& wanted = workload->spec.instance.spec;
  HANSE_TRY(const auto sku,
            tables_.instance_skus.get({.tenant = id.tenant, .name = model::reference_name(wanted.sku_ref)}));
  HANSE_TRY(auto zones, candidates_.all(*workload, *sku));
  Replicas replicas = wanted_replicas(*workload);
  if (workload->spec.placement.per_zone) replicas.push_back(new_replica(*workload, next_index(replicas)));
  model::WorkloadExplanation explanation{.workload = id.name};
  for (const model::ReplicaAssignment& replica : replicas) {
    if (explanation.replicas.size() == model::kMaxExplainedReplicas) break;
    count_replicas(replicas, replica.index, zones);
    model::ReplicaExplanation one{.instance = replica.instance, .zone = replica.zone};
    one.zones =
        placement::explain(placement::ZoneRequest{workload->spec.placement, workload->spec.replicas}, zones);
    const std::string& place = replica.zone.empty() ? one.zones.chosen : replica.zone;
    if (place == config_.name) {
      model::Instance instance;
      instance.spec = wanted;
      placement::HostRequest request = host_request(instance, *sku);
      request.spread_by_host = workload->spec.placement.spread == model::Spread::host;
      const std::string name = fmt::format("{}/{}", config_.name, to_string(id_of(workload->metadata)));
      HANSE_TRY(const auto shown, capacity_.shown_hosts(request, name, model::kMaxExplainedCandidates));
      one.hosts = placement::explain(request, shown.hosts, shown.others);
    }
    explanation.replicas.push_back(std::move(one));
  }
  return explanation;
}

}  // namespace hanse::zone
