// A workload: an instance template, a number of replicas and a placement policy, declared in one zone and
// spanning zones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/compute.h"
#include "model/metadata.h"

namespace hanse::model {

enum class Spread { none, zone };
BOOST_DESCRIBE_ENUM(Spread, none, zone)

struct PlacementPolicy {
  Spread spread = Spread::none;            // zone: no two replicas in one zone
  std::vector<std::string> zones;          // only these; empty: any that is trusted
  std::vector<std::string> member_states;  // only these, ISO 3166 codes; empty: any
  bool operator==(const PlacementPolicy&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlacementPolicy, (), (spread, zones, member_states))
HANSE_DECLARE_JSON(PlacementPolicy);

struct InstanceTemplate {
  Labels labels;
  InstanceSpec spec;
  bool operator==(const InstanceTemplate&) const = default;
};
BOOST_DESCRIBE_STRUCT(InstanceTemplate, (), (labels, spec))
HANSE_DECLARE_JSON(InstanceTemplate);

struct WorkloadSpec {
  std::int32_t replicas = 1;
  PlacementPolicy placement;
  InstanceTemplate instance;
  bool operator==(const WorkloadSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(WorkloadSpec, (), (replicas, placement, instance))
HANSE_DECLARE_JSON(WorkloadSpec);

// Where one replica is. It is written before the zone is asked, so that a lost answer never makes a second
// one.
struct ReplicaAssignment {
  std::int32_t index = 0;
  std::string instance;  // "<workload>-<index>"
  std::string zone;
  PowerState power_state = PowerState::unknown;
  bool deleting = false;
  bool operator==(const ReplicaAssignment&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReplicaAssignment, (), (index, instance, zone, power_state, deleting))
HANSE_DECLARE_JSON(ReplicaAssignment);

struct WorkloadStatus {
  ResourceState state = ResourceState::pending;
  std::vector<Condition> conditions;
  std::int32_t ready = 0;
  std::vector<ReplicaAssignment> replicas;
  bool operator==(const WorkloadStatus&) const = default;
};
BOOST_DESCRIBE_STRUCT(WorkloadStatus, (), (state, conditions, ready, replicas))
HANSE_DECLARE_JSON(WorkloadStatus);

using Workload = Resource<WorkloadSpec, WorkloadStatus>;
HANSE_DECLARE_JSON(Workload);

inline constexpr std::int32_t kMaxReplicas = 1000;

Status check(const Workload& workload);

}  // namespace hanse::model
