#include "model/placement_policy.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <set>

#include "base/json_mapping.h"
#include "model/architecture.h"
#include "model/metadata.h"

namespace hanse::model {
namespace {

constexpr std::size_t kMaxWord = 63;
constexpr double kMinEuroPerHour = 1e-6;
constexpr double kMaxEuroPerHour = 1e6;
constexpr std::int64_t kMaxGramsPerKwh = 10'000;

using CheckName = std::function<Status(const std::string& name, const std::string& pointer)>;

// Each entry by `check_one`, no entry twice, and no more than `limit`.
Status check_names(const std::vector<std::string>& names, std::size_t limit, const std::string& pointer,
                   const CheckName& check_one) {
  if (names.size() > limit) {
    return fail_field(pointer, "{} holds {} entries; the limit is {}", pointer, names.size(), limit);
  }
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string entry = fmt::format("{}/{}", pointer, i);
    HANSE_CHECK(check_one(names[i], entry));
    if (!seen.insert(names[i]).second) {
      return fail_field(entry, "'{}' is in {} twice; take one out", names[i], pointer);
    }
  }
  return {};
}

Status check_resource_name(const std::string& name, const std::string& pointer) {
  return check_name(name, pointer);
}

Status check_member_state(const std::string& state, const std::string& pointer) {
  const bool good =
      state.size() == 2 && state.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
  if (good) return {};
  return fail_field(
      pointer,
      "'{}' is no member state; use the two capital letters of ISO 3166, like FI, or EU for all "
      "27",
      state.substr(0, 16));
}

Status check_provider(const std::string& provider, const std::string& pointer) {
  const bool good =
      !provider.empty() && provider.size() <= kMaxWord &&
      std::all_of(provider.begin(), provider.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (good) return {};
  return fail_field(pointer, "'{}' is no provider; use 1 to {} printable characters, as its zones state it",
                    provider.substr(0, kMaxWord), kMaxWord);
}

// A zone's labels are names, and are compared as they are written: any other could be of no zone.
Status check_certification(const std::string& label, const std::string& pointer) {
  if (check_name(label, pointer)) return {};
  return fail_field(
      pointer,
      "'{}' is no certification label; use 1 to {} lower-case letters, digits and '-', as zones "
      "state them, like secnumcloud",
      label.substr(0, kMaxWord), kMaxWord);
}

Status check_place(const std::string& place, const std::string& pointer) {
  if (place.find(',') != std::string::npos) {
    if (parse_coordinates(place)) return {};
    return fail_field(pointer,
                      "'{}' are no coordinates; write latitude (-90 to 90) and longitude (-180 to 180) in "
                      "degrees, like 52.52,13.40",
                      place.substr(0, kMaxWord));
  }
  const bool good = !place.empty() && place.size() <= kMaxWord &&
                    std::all_of(place.begin(), place.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (good) return {};
  return fail_field(pointer,
                    "'{}' is no place; name a city like Berlin, a zone, or coordinates like 52.52,13.40",
                    place.substr(0, kMaxWord));
}

Status check_latency(const std::vector<LatencyTarget>& targets, const std::string& pointer) {
  if (targets.size() > kMaxLatencyTargets) {
    return fail_field(pointer, "{} holds {} entries; the limit is {}", pointer, targets.size(),
                      kMaxLatencyTargets);
  }
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::string entry = fmt::format("{}/{}", pointer, i);
    HANSE_CHECK(check_place(targets[i].to, entry + "/to"));
    if (!seen.insert(targets[i].to).second) {
      return fail_field(entry + "/to", "'{}' is in {} twice; keep the tighter bound", targets[i].to, pointer);
    }
    const std::optional<std::int32_t>& bound = targets[i].below_ms;
    if (bound && (*bound < 1 || *bound > kMaxLatencyMs)) {
      return fail_field(
          entry + "/belowMs",
          "{}/belowMs must be from 1 to {}; leave it out to let the place count in the score only", entry,
          kMaxLatencyMs);
    }
  }
  return {};
}

Status check_ceilings(const PlacementPolicy& policy, const std::string& pointer) {
  const std::optional<double>& euro = policy.max_euro_per_hour;
  // Written so that what is no number at all is refused too.
  if (euro && !(*euro >= kMinEuroPerHour && *euro <= kMaxEuroPerHour)) {
    return fail_field(pointer + "/maxEuroPerHour",
                      "{}/maxEuroPerHour must be from {:.6f} to {:.0f}; leave it out for no ceiling", pointer,
                      kMinEuroPerHour, kMaxEuroPerHour);
  }
  const std::optional<GramsPerKwh>& carbon = policy.max_grams_co2_per_kwh;
  if (carbon && (carbon->value < 0 || carbon->value > kMaxGramsPerKwh)) {
    return fail_field(pointer + "/maxGramsCo2PerKwh",
                      "{}/maxGramsCo2PerKwh must be from 0 to {}; leave it out for no ceiling", pointer,
                      kMaxGramsPerKwh);
  }
  return {};
}

Status check_weights(const PlacementPolicy& policy, const std::string& pointer) {
  Status status;
  boost::mp11::mp_for_each<json::mapping::Members<PlacementWeights>>([&](auto member) {
    const std::int32_t weight = policy.weights.*member.pointer;
    if (!status || (weight >= 0 && weight <= kMaxWeight)) return;
    const std::string field = fmt::format("{}/{}", pointer, json::mapping::name_of(member));
    status = fail_field(field, "{} must be from 0 (does not count) to {}", field, kMaxWeight);
  });
  if (!status) return status;
  if (policy.weights.latency > 0 && policy.latency.empty()) {
    return fail_field(
        pointer + "/latency",
        "{}/latency needs a place to measure to; add one to placement.latency, like {{to: Berlin}}", pointer);
  }
  return {};
}

Status check_affinities(const PlacementPolicy& policy, const std::string& pointer) {
  HANSE_CHECK(check_names(policy.affinity, kMaxAffinities, pointer + "/affinity", check_resource_name));
  HANSE_CHECK(
      check_names(policy.anti_affinity, kMaxAffinities, pointer + "/antiAffinity", check_resource_name));
  for (std::size_t i = 0; i < policy.anti_affinity.size(); ++i) {
    const std::string& name = policy.anti_affinity[i];
    if (std::find(policy.affinity.begin(), policy.affinity.end(), name) == policy.affinity.end()) continue;
    return fail_field(fmt::format("{}/antiAffinity/{}", pointer, i),
                      "'{}' is in affinity and in antiAffinity, which no zone satisfies; take it out of one",
                      name);
  }
  return {};
}

}  // namespace

HANSE_DEFINE_JSON(LatencyTarget)
HANSE_DEFINE_JSON(PlacementWeights)
HANSE_DEFINE_JSON(PlacementPolicy)

std::optional<Coordinates> parse_coordinates(std::string_view place) {
  constexpr double kMaxLatitude = 90;
  constexpr double kMaxLongitude = 180;
  const auto number = [](std::string_view text, double& value) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  };
  const std::size_t comma = place.find(',');
  Coordinates found;
  if (comma == std::string_view::npos || !number(place.substr(0, comma), found.latitude) ||
      !number(place.substr(comma + 1), found.longitude)) {
    return std::nullopt;
  }
  // Written so that what is no number at all is refused too.
  const bool inside = std::abs(found.latitude) <= kMaxLatitude && std::abs(found.longitude) <= kMaxLongitude;
  if (!inside) return std::nullopt;
  return found;
}

Status check(const PlacementPolicy& policy, const std::string& pointer) {
  HANSE_CHECK(check_names(policy.zones, kMaxPolicyNames, pointer + "/zones", check_resource_name));
  HANSE_CHECK(
      check_names(policy.member_states, kMaxPolicyNames, pointer + "/memberStates", check_member_state));
  HANSE_CHECK(check_names(policy.providers, kMaxPolicyNames, pointer + "/providers", check_provider));
  if (policy.architecture) HANSE_CHECK(check_architecture(*policy.architecture, pointer + "/architecture"));
  HANSE_CHECK(
      check_names(policy.certifications, kMaxPolicyNames, pointer + "/certifications", check_certification));
  HANSE_CHECK(check_latency(policy.latency, pointer + "/latency"));
  HANSE_CHECK(check_ceilings(policy, pointer));
  HANSE_CHECK(check_affinities(policy, pointer));
  return check_weights(policy, pointer + "/weights");
}

Status check_in_workload(const PlacementPolicy& policy, const std::string& name, std::int32_t replicas,
                         const std::string& pointer) {
  HANSE_CHECK(check(policy, pointer));
  const auto names_itself = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (names_itself(policy.affinity)) {
    return fail_field(pointer + "/affinity",
                      "{}/affinity names the workload itself; to keep its replicas together name one zone",
                      pointer);
  }
  if (names_itself(policy.anti_affinity)) {
    return fail_field(pointer + "/antiAffinity",
                      "{}/antiAffinity names the workload itself; to keep its replicas apart use spread",
                      pointer);
  }
  const bool one_in_many = policy.spread == Spread::provider || policy.spread == Spread::member_state;
  if (policy.per_zone && (one_in_many || (policy.spread == Spread::zone && replicas > 1))) {
    return fail_field(
        pointer + "/perZone",
        "{}/perZone asks for {} in every zone, which this spread forbids; use spread none or host", pointer,
        replicas);
  }
  return {};
}

}  // namespace hanse::model
