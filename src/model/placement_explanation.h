// Why a replica was placed where it is, or why nowhere: each zone with the constraints that are against it,
// or with its scores; and, when no zone qualifies, the smallest changes of the policy that would let one in.
// Made by placement::explain(); plain described values, returned by the API.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace hanse::model {

struct ExplainedRejection {
  std::string constraint;  // "latency"
  std::string reason;      // "28.1 ms to Berlin (modelled), below 20 ms is required"
  bool operator==(const ExplainedRejection&) const = default;
};
BOOST_DESCRIBE_STRUCT(ExplainedRejection, (), (constraint, reason))
HANSE_DECLARE_JSON(ExplainedRejection);

struct ExplainedScore {
  std::string name;         // "carbon"
  std::int32_t value = 0;   // 0 to 1000, higher is better
  std::int32_t weight = 0;  // of the policy, 1 to 100
  std::string text;         // "57 g/kWh (Electricity Maps, yearly average 2024)"
  bool operator==(const ExplainedScore&) const = default;
};
BOOST_DESCRIBE_STRUCT(ExplainedScore, (), (name, value, weight, text))
HANSE_DECLARE_JSON(ExplainedScore);

// Rejected by one or more constraints, or scored.
struct ExplainedCandidate {
  std::string name;
  std::vector<ExplainedRejection> rejections;
  std::vector<ExplainedScore> scores;  // empty when the policy has no weights
  std::int64_t total = 0;              // sum of value times weight
  bool operator==(const ExplainedCandidate&) const = default;
};
BOOST_DESCRIBE_STRUCT(ExplainedCandidate, (), (name, rejections, scores, total))
HANSE_DECLARE_JSON(ExplainedCandidate);

// One change that lets candidates qualify, all else as it is.
struct Relaxation {
  std::string constraint;
  std::string change;                   // "latency to Berlin is 28 ms instead of 20 ms"
  std::int64_t qualifying = 0;          // how many candidates then qualify
  std::vector<std::string> candidates;  // the first of them by name
  std::string text;                     // "1 zone qualifies if " and the change
  bool operator==(const Relaxation&) const = default;
};
BOOST_DESCRIBE_STRUCT(Relaxation, (), (constraint, change, qualifying, candidates, text))
HANSE_DECLARE_JSON(Relaxation);

struct PlacementExplanation {
  std::string chosen;                          // empty: none qualifies
  std::string why;                             // one sentence
  std::vector<ExplainedCandidate> candidates;  // the best first, then the rejected by name
  std::int64_t omitted = 0;                    // candidates beyond kMaxExplainedCandidates
  std::vector<Relaxation> relaxations;         // nearest first; empty when one was chosen
  bool operator==(const PlacementExplanation&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlacementExplanation, (), (chosen, why, candidates, omitted, relaxations))
HANSE_DECLARE_JSON(PlacementExplanation);

// One replica: where it is, and how the decision would be now.
struct ReplicaExplanation {
  std::string instance;
  std::string zone;  // empty: it has none
  PlacementExplanation zones;
  std::optional<PlacementExplanation> hosts;  // when it is, or would be, in the zone that was asked
  bool operator==(const ReplicaExplanation&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReplicaExplanation, (), (instance, zone, zones, hosts))
HANSE_DECLARE_JSON(ReplicaExplanation);

struct WorkloadExplanation {
  std::string workload;
  std::vector<ReplicaExplanation> replicas;  // with perZone also the one that would be next
  std::int64_t omitted = 0;                  // replicas beyond kMaxExplainedReplicas
  bool operator==(const WorkloadExplanation&) const = default;
};
BOOST_DESCRIBE_STRUCT(WorkloadExplanation, (), (workload, replicas, omitted))
HANSE_DECLARE_JSON(WorkloadExplanation);

inline constexpr std::size_t kMaxExplainedReplicas = 100;
inline constexpr std::size_t kMaxExplainedCandidates = 200;
inline constexpr std::size_t kMaxRelaxations = 10;
inline constexpr std::size_t kMaxRelaxationCandidates = 10;

}  // namespace hanse::model
