// The planner against a second, plain computation of the same definition, on random zones and policies.
#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <numbers>
#include <random>
#include <set>

#include "placement/explanation.h"
#include "placement/planner.h"

namespace hanse::placement {
namespace {

constexpr std::int64_t kMaxGrams = 10'000;
constexpr std::uint64_t kSeeds = 1000;

std::int64_t up_to(std::mt19937_64& random, std::int64_t limit) {
  return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(limit + 1));
}

bool chance(std::mt19937_64& random, int percent) {
  return up_to(random, 99) < percent;
}

std::vector<std::string> some_of(std::mt19937_64& random, const std::vector<std::string>& names,
                                 int percent) {
  std::vector<std::string> some;
  for (const std::string& name : names) {
    if (chance(random, percent)) some.push_back(name);
  }
  return some;
}

const std::vector<std::string> kStates = {"FI", "DE", "PT", "NO", "GB"};
const std::vector<std::string> kProviders = {"P", "Q", "R"};
const std::vector<std::string> kLabels = {"c5", "ens"};
const std::vector<std::string> kWorkloads = {"db", "cache"};

ZoneCandidate random_zone(std::mt19937_64& random, int index) {
  ZoneCandidate zone{.name = fmt::format("z{:02}", index)};
  zone.provider = chance(random, 90) ? kProviders[up_to(random, 2)] : "";
  zone.member_state = chance(random, 90) ? kStates[up_to(random, 4)] : "";
  zone.certifications = some_of(random, kLabels, 70);
  zone.architectures = some_of(random, {"x86_64", "aarch64"}, 70);
  if (chance(random, 90)) {
    zone.coordinates = model::Coordinates{40 + static_cast<double>(up_to(random, 20)),
                                          static_cast<double>(up_to(random, 30)) - 5};
  }
  if (chance(random, 90)) zone.price = MicroEuroPerHour{1'000 * up_to(random, 20)};
  if (chance(random, 90)) zone.carbon = GramsPerKwh{10 * up_to(random, 20)};
  for (int other = 0; other < 5; ++other) {
    if (chance(random, 20)) zone.round_trips[fmt::format("z{:02}", other)] = Micros{500 * up_to(random, 60)};
  }
  zone.reachable = chance(random, 90);
  zone.refusal = chance(random, 10) ? "no" : "";
  zone.replicas = static_cast<std::int32_t>(up_to(random, 5) / 4);
  zone.fits = up_to(random, 4);
  zone.workloads = some_of(random, kWorkloads, 40);
  return zone;
}

model::PlacementPolicy random_policy(std::mt19937_64& random) {
  model::PlacementPolicy policy;
  policy.spread = static_cast<model::Spread>(up_to(random, 4));
  policy.per_zone = policy.spread == model::Spread::none && chance(random, 30);
  if (chance(random, 20)) policy.zones = {"z00", "z01", "z02", "z03", "z04"};
  if (chance(random, 30)) policy.member_states = some_of(random, {"EU", "NO", "PT"}, 60);
  if (chance(random, 20)) policy.providers = some_of(random, kProviders, 60);
  if (chance(random, 20)) policy.architecture = chance(random, 50) ? "x86_64" : "aarch64";
  policy.certifications = some_of(random, kLabels, 15);
  if (chance(random, 30)) policy.latency.push_back({"52.5,13.37", std::nullopt});
  if (chance(random, 30)) policy.latency.push_back({"z01", static_cast<std::int32_t>(1 + up_to(random, 40))});
  if (chance(random, 30)) policy.max_euro_per_hour = 0.001 * static_cast<double>(1 + up_to(random, 20));
  if (chance(random, 30)) policy.max_grams_co2_per_kwh = GramsPerKwh{10 * up_to(random, 20)};
  policy.affinity = some_of(random, kWorkloads, 10);
  policy.anti_affinity =
      policy.affinity.empty() ? some_of(random, kWorkloads, 10) : std::vector<std::string>();
  const auto weight = [&] { return chance(random, 50) ? static_cast<std::int32_t>(up_to(random, 100)) : 0; };
  policy.weights = {.price = weight(), .carbon = weight(), .packing = weight(), .spread = weight()};
  if (!policy.latency.empty()) policy.weights.latency = weight();
  return policy;
}

// --- The second computation: no shared code with the planner, only its definition.

std::optional<std::int64_t> naive_micros(const ZoneCandidate& zone, const std::string& to,
                                         const std::vector<ZoneCandidate>& zones) {
  model::Coordinates at{52.5, 13.37};
  if (to == "z01") {
    if (zone.name == to) return 0;
    const ZoneCandidate& target = zones[1];
    if (zone.round_trips.contains(to)) return zone.round_trips.at(to).count();
    if (target.round_trips.contains(zone.name)) return target.round_trips.at(zone.name).count();
    if (!target.coordinates) return std::nullopt;
    at = *target.coordinates;
  }
  if (!zone.coordinates) return std::nullopt;
  const auto radians = [](double degrees) { return degrees * std::numbers::pi / 180; };
  const double cosine = std::sin(radians(at.latitude)) * std::sin(radians(zone.coordinates->latitude)) +
                        std::cos(radians(at.latitude)) * std::cos(radians(zone.coordinates->latitude)) *
                            std::cos(radians(at.longitude - zone.coordinates->longitude));
  return std::llround(1900 + 17.6 * 6371 * std::acos(std::clamp(cosine, -1.0, 1.0)));
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::count(names.begin(), names.end(), name) > 0;
}

bool naive_allows(const ZoneRequest& request, const ZoneCandidate& zone,
                  const std::vector<ZoneCandidate>& zones) {
  const model::PlacementPolicy& policy = request.policy;
  const std::set<std::string> in_union = {"FI", "DE", "PT"};
  if (!zone.reachable || !zone.refusal.empty() || zone.fits < 1) return false;
  if (!policy.zones.empty() && !has(policy.zones, zone.name)) return false;
  const bool as_member = has(policy.member_states, "EU") && in_union.contains(zone.member_state);
  if (!policy.member_states.empty() && !as_member && !has(policy.member_states, zone.member_state))
    return false;
  if (!policy.providers.empty() && !has(policy.providers, zone.provider)) return false;
  if (policy.architecture && !has(zone.architectures, *policy.architecture)) return false;
  for (const std::string& label : policy.certifications)
    if (!has(zone.certifications, label)) return false;
  for (const std::string& workload : policy.affinity)
    if (!has(zone.workloads, workload)) return false;
  for (const std::string& workload : policy.anti_affinity)
    if (has(zone.workloads, workload)) return false;
  if (policy.max_euro_per_hour &&
      (!zone.price || static_cast<double>(zone.price->value) > *policy.max_euro_per_hour * 1e6 + 0.5))
    return false;
  if (policy.max_grams_co2_per_kwh && (!zone.carbon || *zone.carbon > *policy.max_grams_co2_per_kwh))
    return false;
  for (const model::LatencyTarget& target : policy.latency) {
    const auto micros = naive_micros(zone, target.to, zones);
    if (target.below_ms && (!micros || *micros >= 1000 * *target.below_ms)) return false;
  }
  for (const ZoneCandidate& other : zones) {
    if (other.replicas == 0) continue;
    if (policy.spread == model::Spread::zone && other.name == zone.name) return false;
    if (policy.spread == model::Spread::provider &&
        (other.provider.empty() || other.provider == zone.provider))
      return false;
    if (policy.spread == model::Spread::member_state &&
        (other.member_state.empty() || other.member_state == zone.member_state))
      return false;
  }
  return !policy.per_zone || zone.replicas < request.replicas;
}

std::optional<std::int64_t> naive_quantity(int which, const ZoneRequest& request, const ZoneCandidate& zone,
                                           const std::vector<ZoneCandidate>& zones) {
  if (which == 1) return zone.price ? std::optional(zone.price->value) : std::nullopt;
  if (which == 2) return zone.carbon ? std::optional(zone.carbon->value) : std::nullopt;
  if (which == 3) return zone.fits;
  if (which == 4) return zone.replicas;
  std::int64_t worst = 0;
  for (const model::LatencyTarget& target : request.policy.latency) {
    const auto micros = naive_micros(zone, target.to, zones);
    if (!micros) return std::nullopt;
    worst = std::max(worst, *micros);
  }
  return worst;
}

std::string naive_choice(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones) {
  std::vector<const ZoneCandidate*> left;
  for (const ZoneCandidate& zone : zones) {
    if (naive_allows(request, zone, zones)) left.push_back(&zone);
  }
  const model::PlacementWeights& w = request.policy.weights;
  const std::vector<std::int32_t> weights = {w.latency, w.price, w.carbon, w.packing, w.spread};
  std::set<std::tuple<std::int64_t, std::int32_t, std::int64_t, std::string>> order;
  for (const ZoneCandidate* zone : left) {
    std::int64_t total = 0;
    for (int which = 0; which < 5; ++which) {
      const auto own = naive_quantity(which, request, *zone, zones);
      if (!own) continue;
      std::int64_t low = *own;
      std::int64_t high = *own;
      for (const ZoneCandidate* other : left) {
        const auto theirs = naive_quantity(which, request, *other, zones);
        low = std::min(low, theirs.value_or(low));
        high = std::max(high, theirs.value_or(high));
      }
      total += weights[which] * (low == high ? 1000 : 1000 * (high - *own) / (high - low));
    }
    order.insert({-total, zone->replicas, -zone->fits, zone->name});
  }
  return order.empty() ? "" : std::get<3>(*order.begin());
}

ZoneRequest random_request(std::mt19937_64& random) {
  return {.policy = random_policy(random), .replicas = static_cast<std::int32_t>(1 + up_to(random, 1))};
}

std::vector<ZoneCandidate> random_zones(std::mt19937_64& random) {
  std::vector<ZoneCandidate> zones;
  const std::int64_t count = 2 + up_to(random, 20);
  for (int i = 0; i < count; ++i) zones.push_back(random_zone(random, i));
  return zones;
}

TEST_CASE("the planner chooses what the definition says, and explains what it chooses") {
  int chosen = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const std::vector<ZoneCandidate> zones = random_zones(random);
    const ZoneRequest request = random_request(random);
    const Decision decision = choose_zone(request, zones);
    REQUIRE(decision.chosen == naive_choice(request, zones));
    const model::PlacementExplanation explanation = explain(request, zones);
    REQUIRE(explanation.chosen == decision.chosen);
    REQUIRE(explanation.candidates.size() == zones.size());
    chosen += decision.chosen.empty() ? 0 : 1;
  }
  // Both outcomes are met often, or the test would say little.
  CHECK(chosen > 200);
  CHECK(chosen < 900);
}

TEST_CASE("what a relaxation names really qualifies, and a smaller number would not do") {
  int checked = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const std::vector<ZoneCandidate> zones = random_zones(random);
    ZoneRequest request = random_request(random);
    for (const model::Relaxation& relaxation : explain(request, zones).relaxations) {
      CAPTURE(relaxation.text);
      REQUIRE(relaxation.qualifying > 0);
      if (relaxation.constraint != "carbon") continue;
      // Only the ceiling separates the zones from qualifying, and the one named is the lowest of them.
      ZoneRequest without = request;
      without.policy.max_grams_co2_per_kwh.reset();
      std::int64_t lowest = kMaxGrams;
      for (const ZoneCandidate& zone : zones) {
        if (zone.carbon && naive_allows(without, zone, zones)) lowest = std::min(lowest, zone.carbon->value);
      }
      REQUIRE(relaxation.change == fmt::format("the carbon ceiling is {} g/kWh instead of {} g/kWh", lowest,
                                               request.policy.max_grams_co2_per_kwh->value));
      without.policy.max_grams_co2_per_kwh = GramsPerKwh{lowest};
      const auto count = std::count_if(zones.begin(), zones.end(), [&](const ZoneCandidate& zone) {
        return naive_allows(without, zone, zones);
      });
      REQUIRE(relaxation.qualifying == count);
      ++checked;
    }
  }
  CHECK(checked > 20);
}

}  // namespace
}  // namespace hanse::placement
