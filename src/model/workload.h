// A workload: an instance template, a number of replicas and a placement policy, declared in one zone and
// spanning zones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/compute.h"
#include "model/metadata.h"
#include "model/placement_policy.h"

namespace hanse::model {

struct InstanceTemplate {
  Labels labels;
  InstanceSpec spec;
  bool operator==(const InstanceTemplate&) const = default;
};
BOOST_DESCRIBE_STRUCT(InstanceTemplate, (), (labels, spec))
HANSE_DECLARE_JSON(InstanceTemplate);

struct WorkloadSpec {
  std::int32_t replicas = 1;  // in all; with placement.per_zone in each zone
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
  std::string reservation;  // by which it is put there
  PowerState power_state = PowerState::unknown;
  bool deleting = false;
  bool leased = false;  // it was made with failover: restart, so that it ends with its lease
  bool lost = false;  // with deleting: its zone was given up, another has the index; removed when it is back
  bool operator==(const ReplicaAssignment&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReplicaAssignment, (),
                      (index, instance, zone, reservation, power_state, deleting, leased, lost))
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
