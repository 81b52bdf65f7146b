#include "simulator/federation/policy_judge.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hanse::simulator {
namespace {

constexpr double kHalfAMicroEuro = 0.000'000'5;
// Two ways of 8 ms at least: see FederationOptions::between.
constexpr double kShortestMeasuredMs = 16;

template <class T>
bool holds_one(const std::vector<T>& list, const T& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

template <class T>
bool allows(const std::vector<T>& list, const T& one) {
  return list.empty() || holds_one(list, one);
}

bool in_states(const std::vector<std::string>& states, const std::string& state) {
  return allows(states, state) || (holds_one(states, std::string("EU")) && state != "NO");
}

bool states_architecture(const zone::ZoneConfig& config, const std::string& architecture) {
  // The one flavour that everybody has.
  if (architecture == "x86_64") return true;
  return std::any_of(config.flavours.begin(), config.flavours.end(),
                     [&](const auto& flavour) { return flavour.architecture == architecture; });
}

// By the spherical law of cosines, and what docs/placement.md says of distances.
double modelled_ms(const model::Coordinates& a, const model::Coordinates& b) {
  constexpr double kRadians = std::numbers::pi / 180;
  constexpr double kRadiusKm = 6371;
  const double cosine = std::sin(a.latitude * kRadians) * std::sin(b.latitude * kRadians) +
                        std::cos(a.latitude * kRadians) * std::cos(b.latitude * kRadians) *
                            std::cos((a.longitude - b.longitude) * kRadians);
  return 1.9 + 0.0176 * kRadiusKm * std::acos(std::clamp(cosine, -1.0, 1.0));
}

// Each zone of these federations states its coordinates.
model::Coordinates place_of(const zone::ZoneConfig& config) {
  return {config.latitude.value_or(0), config.longitude.value_or(0)};
}

bool is_near(const Sites& sites, const zone::ZoneConfig& config, const model::LatencyTarget& target) {
  if (!target.below_ms || target.to == config.name) return true;
  const double bound = *target.below_ms;
  // Another zone: by measurement once there is one, before that by the globe.
  if (const auto zone = sites.find(target.to); zone != sites.end())
    return bound > kShortestMeasuredMs ||
           modelled_ms(place_of(config), place_of(zone->second.config)) < bound;
  const auto city = city_coordinates(target.to);
  return city && modelled_ms(place_of(config), *city) < bound;
}

bool runs_there(const Workloads& workloads, const std::string& name, const std::string& zone) {
  const auto found = workloads.find(name);
  if (found == workloads.end()) return false;
  const auto& replicas = found->second.status.replicas;
  return std::any_of(replicas.begin(), replicas.end(),
                     [&](const auto& replica) { return replica.zone == zone && !replica.deleting; });
}

// What the policy has against the zone, whatever runs where.
const char* against_zone(const Judged& judged) {
  const model::PlacementPolicy& policy = judged.spec.placement;
  const PlacementSite& site = judged.sites.at(judged.replica.zone);
  const zone::ZoneConfig& config = site.config;
  if (!allows(policy.zones, config.name)) return "the zones";
  if (!in_states(policy.member_states, config.member_state)) return "the member states";
  if (!allows(policy.providers, config.provider)) return "the providers";
  if (policy.architecture && !states_architecture(config, *policy.architecture)) return "the architecture";
  for (const std::string& label : policy.certifications)
    if (!holds_one(config.labels, label)) return "the certifications";
  for (const model::LatencyTarget& target : policy.latency)
    if (!is_near(judged.sites, config, target)) return "the latency";
  const bool unpriced = config.price_per_vcpu_hour <= 0;
  if (policy.max_euro_per_hour &&
      (unpriced || euro_per_hour(site, judged.payer) > *policy.max_euro_per_hour + kHalfAMicroEuro))
    return "the price";
  if (policy.max_grams_co2_per_kwh && config.carbon_grams_per_kwh > policy.max_grams_co2_per_kwh->value)
    return "the carbon";
  return nullptr;
}

// What it has against it by where others run.
const char* against_neighbours(const Judged& judged) {
  const model::PlacementPolicy& policy = judged.spec.placement;
  for (const std::string& other : policy.affinity)
    if (!runs_there(judged.workloads, other, judged.replica.zone)) return "the affinity";
  for (const std::string& other : policy.anti_affinity)
    if (runs_there(judged.workloads, other, judged.replica.zone)) return "the anti-affinity";
  return nullptr;
}

// The others of its workload.
std::vector<const model::ReplicaAssignment*> siblings(const Judged& judged) {
  std::vector<const model::ReplicaAssignment*> others;
  for (const model::ReplicaAssignment& other : judged.workload.status.replicas)
    if (other.index != judged.replica.index && !other.deleting) others.push_back(&other);
  return others;
}

std::optional<std::string> against_spread(const Judged& judged) {
  const model::PlacementPolicy& policy = judged.spec.placement;
  const auto place = [&](const std::string& zone) {
    const zone::ZoneConfig& config = judged.sites.at(zone).config;
    if (policy.spread == model::Spread::provider) return config.provider;
    if (policy.spread == model::Spread::member_state) return config.member_state;
    return zone;
  };
  const std::string& zone = judged.replica.zone;
  std::int32_t in_zone = 1;
  for (const model::ReplicaAssignment* other : siblings(judged)) {
    in_zone += other->zone == zone ? 1 : 0;
    // Of hosts HostSpread knows.
    const bool spread = policy.spread != model::Spread::none && policy.spread != model::Spread::host;
    if (spread && place(other->zone) == place(zone))
      return fmt::format("{} and {} of workload '{}' are both at '{}', against their spread",
                         judged.replica.instance, other->instance, judged.workload.metadata.name,
                         place(zone));
  }
  if (!policy.per_zone || in_zone <= judged.spec.replicas) return std::nullopt;
  return fmt::format("zone '{}' has {} replicas of workload '{}' and should have {}", zone, in_zone,
                     judged.workload.metadata.name, judged.spec.replicas);
}

}  // namespace

std::optional<std::string> against_policy(const Judged& judged) {
  const char* what = against_zone(judged);
  if (what == nullptr) what = against_neighbours(judged);
  if (what == nullptr) return against_spread(judged);
  return fmt::format("{} of workload '{}' was assigned zone '{}' against its policy: {}",
                     judged.replica.instance, judged.workload.metadata.name, judged.replica.zone, what);
}

}  // namespace hanse::simulator
