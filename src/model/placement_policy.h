// Where the replicas of a workload may run (hard constraints) and where they had better (weights). A policy
// without constraints allows every zone that is trusted; one without weights takes the zone with the fewest
// replicas, then the one with the most room. docs/placement.md says it to users.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/units.h"
#include "model/failover.h"

namespace hanse::model {

// No two replicas in one zone, at one provider, in one member state, on one host.
enum class Spread { none, zone, provider, member_state, host };
BOOST_DESCRIBE_ENUM(Spread, none, zone, provider, member_state, host)

// A replica that no longer satisfies a hard constraint is reported (placement) or moved (continuous).
enum class Enforce { placement, continuous };
BOOST_DESCRIBE_ENUM(Enforce, placement, continuous)

struct LatencyTarget {
  std::string to;                        // a city, a zone, or "latitude,longitude" in degrees
  std::optional<std::int32_t> below_ms;  // round trip; absent: it only counts in the score
  bool operator==(const LatencyTarget&) const = default;
};
BOOST_DESCRIBE_STRUCT(LatencyTarget, (), (to, below_ms))
HANSE_DECLARE_JSON(LatencyTarget);

// 0 to 100 each: how much a score counts against the others.
struct PlacementWeights {
  std::int32_t latency = 0;
  std::int32_t price = 0;
  std::int32_t carbon = 0;
  std::int32_t packing = 0;  // fill the fullest zone first
  std::int32_t spread = 0;   // the zone with the fewest replicas
  bool operator==(const PlacementWeights&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlacementWeights, (), (latency, price, carbon, packing, spread))
HANSE_DECLARE_JSON(PlacementWeights);

// An empty list allows all.
struct PlacementPolicy {
  Spread spread = Spread::none;
  bool per_zone = false;                             // `replicas` in each zone that the constraints allow
  std::vector<std::string> zones;                    // one of these
  std::vector<std::string> member_states;            // one of these: ISO 3166 codes, or EU for its 27
  std::vector<std::string> providers;                // one of these
  std::optional<std::string> architecture;           // "x86_64"
  std::vector<std::string> certifications;           // all of these
  std::vector<LatencyTarget> latency;                // all of these
  std::optional<double> max_euro_per_hour;           // for one replica
  std::optional<GramsPerKwh> max_grams_co2_per_kwh;  // of the zone's electricity
  std::vector<std::string> affinity;                 // in a zone that runs each of these workloads
  std::vector<std::string> anti_affinity;            // in a zone that runs none of these workloads
  PlacementWeights weights;
  Failover failover = Failover::keep;
  Enforce enforce = Enforce::placement;
  bool operator==(const PlacementPolicy&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlacementPolicy, (),
                      (spread, per_zone, zones, member_states, providers, architecture, certifications,
                       latency, max_euro_per_hour, max_grams_co2_per_kwh, affinity, anti_affinity, weights,
                       failover, enforce))
HANSE_DECLARE_JSON(PlacementPolicy);

inline constexpr std::size_t kMaxPolicyNames =
    256;  // in each list of zones, states, providers, certifications
inline constexpr std::size_t kMaxLatencyTargets = 16;
inline constexpr std::size_t kMaxAffinities = 32;  // in each of the two lists
inline constexpr std::int32_t kMaxLatencyMs = 10'000;
inline constexpr std::int32_t kMaxWeight = 100;

struct Coordinates {
  double latitude = 0;   // degrees, north
  double longitude = 0;  // degrees, east
  bool operator==(const Coordinates&) const = default;
};

// A place with a comma is "latitude,longitude"; nothing when it is not so or out of range.
std::optional<Coordinates> parse_coordinates(std::string_view place);

// Of a policy alone, not whether its names exist. Errors: invalid_argument with the pointer of the field.
Status check(const PlacementPolicy& policy, const std::string& pointer);
// What the workload around it must be: `name` its own, `replicas` as it asks for.
Status check_in_workload(const PlacementPolicy& policy, const std::string& name, std::int32_t replicas,
                         const std::string& pointer);

}  // namespace hanse::model
