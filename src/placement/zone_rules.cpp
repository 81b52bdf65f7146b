#include "placement/zone_rules.h"

#include "placement/prices.h"

namespace hanse::placement {

std::vector<ZoneConstraint> policy_constraints(const ZoneRequest& request,
                                               const std::vector<ZoneCandidate>& zones) {
  const model::PlacementPolicy& policy = request.policy;
  std::optional<MicroEuroPerHour> price;
  if (policy.max_euro_per_hour) price = to_micro_euro(*policy.max_euro_per_hour);
  return {zone_is_named(policy.zones),
          zone_in_member_state(policy.member_states),
          zone_of_provider(policy.providers),
          zone_has_architecture(policy.architecture),
          zone_is_certified(policy.certifications),
          zone_is_near(policy.latency, zones),
          zone_below_price(price),
          zone_below_carbon(policy.max_grams_co2_per_kwh),
          zone_runs_all(policy.affinity),
          zone_runs_none(policy.anti_affinity),
          zone_has_no_replica(policy.spread, zones)};
}

std::vector<ZoneConstraint> zone_constraints(const ZoneRequest& request,
                                             const std::vector<ZoneCandidate>& zones) {
  std::vector<ZoneConstraint> constraints = policy_constraints(request, zones);
  constraints.push_back(zone_lacks_replicas(request.policy.per_zone, request.replicas));
  constraints.push_back(zone_is_allowed());
  constraints.push_back(zone_is_reachable());
  constraints.push_back(zone_has_capacity());
  return constraints;
}

std::vector<ZoneScore> zone_scores(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones) {
  const model::PlacementWeights& weights = request.policy.weights;
  std::vector<ZoneScore> scores = {latency_score(weights.latency, request.policy.latency, zones),
                                   price_score(weights.price), carbon_score(weights.carbon),
                                   packing_score(weights.packing), spread_score(weights.spread)};
  std::erase_if(scores, [](const ZoneScore& score) { return score.weight == 0; });
  return scores;
}

}  // namespace hanse::placement
