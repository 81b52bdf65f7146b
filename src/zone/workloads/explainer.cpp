#include "zone/workloads/explainer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "placement/explanation.h"

namespace hanse::zone {

Result<model::WorkloadExplanation> Explainer::explain(const ResourceId& id) const {
  HANSE_TRY(const auto workload, tables_.workloads.get(id));
  const std::string sku_name = model::reference_name(workload->spec.instance.spec.sku_ref);
  HANSE_TRY(const auto sku, tables_.instance_skus.get({.tenant = id.tenant, .name = sku_name}));
  HANSE_TRY(auto zones, candidates_.all(*workload, *sku));
  if (const std::string wrong = wrong_architecture(*workload, *sku); !wrong.empty())
    for (placement::ZoneCandidate& zone : zones) zone.refusal = wrong;
  Replicas replicas = wanted_replicas(*workload);
  if (workload->spec.placement.per_zone) replicas.push_back(new_replica(*workload, next_index(replicas)));
  pass_over(refusals_.passed_over(*workload, replicas), zones);
  const Question question{.workload = *workload,
                          .sku = *sku,
                          .replicas = replicas,
                          .name = fmt::format("{}/{}", config_.name, to_string(id))};
  model::WorkloadExplanation explanation{.workload = id.name};
  for (const model::ReplicaAssignment& replica : replicas) {
    if (explanation.replicas.size() == model::kMaxExplainedReplicas) {
      explanation.omitted = static_cast<std::int64_t>(replicas.size() - explanation.replicas.size());
      break;
    }
    HANSE_TRY(auto one, explain_replica(question, replica, zones));
    explanation.replicas.push_back(std::move(one));
  }
  return explanation;
}

Result<model::ReplicaExplanation> Explainer::explain_replica(
    const Question& question, const model::ReplicaAssignment& replica,
    std::vector<placement::ZoneCandidate>& zones) const {
  const model::WorkloadSpec& spec = question.workload.spec;
  count_replicas(question.replicas, replica.index, zones);
  std::optional<HostCapacity::WithoutInstance> without;
  if (candidates_.is_here(replica.zone)) {
    ResourceId instance = id_of(question.workload.metadata);
    instance.name = replica.instance;
    without.emplace(capacity_, key_of(KindOf<model::Instance>::kTraits, instance), question.name);
  }
  const auto own =
      std::find_if(zones.begin(), zones.end(), [&](const auto& zone) { return zone.name == replica.zone; });
  std::optional<placement::ZoneCandidate> before;
  if (own != zones.end()) {
    before = *own;
    HANSE_CHECK(give_back(question, replica, *own));
  }
  model::ReplicaExplanation explanation{.instance = replica.instance, .zone = replica.zone};
  explanation.zones = placement::explain(placement::ZoneRequest{spec.placement, spec.replicas}, zones);
  if (before) *own = std::move(*before);
  const std::string& place = replica.zone.empty() ? explanation.zones.chosen : replica.zone;
  if (candidates_.is_here(place)) {
    HANSE_TRY(explanation.hosts, explain_hosts(question));
  }
  return explanation;
}

// What stands against others in the zone that has it, for now, does not stand against it. What a peer says
// that it has room for is less what the replica takes there, once it is there.
Status Explainer::give_back(const Question& question, const model::ReplicaAssignment& replica,
                            placement::ZoneCandidate& zone) const {
  // What it said to another replica.
  if (std::exchange(zone.refusal_passes, false)) zone.refusal.clear();
  if (candidates_.is_here(zone.name)) {
    HANSE_TRY(const auto offered, candidates_.offered_here(question.workload, question.sku));
    zone.fits = offered.fits;
  } else if (replica.power_state != model::PowerState::unknown) {
    zone.fits += 1;
  }
  return {};
}

Result<model::PlacementExplanation> Explainer::explain_hosts(const Question& question) const {
  model::Instance instance;
  instance.spec = question.workload.spec.instance.spec;
  placement::HostRequest request = host_request(instance, question.sku);
  request.spread_by_host = question.workload.spec.placement.spread == model::Spread::host;
  HANSE_TRY(const auto shown, capacity_.shown_hosts(request, question.name, model::kMaxExplainedCandidates));
  return placement::explain(request, shown.hosts, shown.others);
}

}  // namespace hanse::zone
