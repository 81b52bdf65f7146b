// The lease by which a zone runs a replica of another zone's workload whose failover is `restart`: the zone
// that runs it asks the one that declared it, again and again, and counts from when it asked. What no zone
// has been granted for so long runs nowhere, and is made elsewhere.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/units.h"

namespace hanse::model {

inline constexpr char kReplicaLeasesPath[] = "/providers/hanse.placement/v1/leases";

// Longer than a host's lease by the time in which the declaring zone may be silent.
inline constexpr Nanos kReplicaLease = Seconds{150};
inline constexpr Nanos kReplicaLeaseRenewal = Seconds{15};
// In one request.
inline constexpr std::size_t kMaxReplicaClaims = 200;

struct ReplicaClaim {
  std::string replica;      // "<zone>/<tenant>/<workspace>/<name>#<index>"
  std::string reservation;  // of the assignment by which it came to be
  bool operator==(const ReplicaClaim&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReplicaClaim, (), (replica, reservation))
HANSE_DECLARE_JSON(ReplicaClaim);

struct ReplicaLeaseRequest {
  std::vector<ReplicaClaim> replicas;
  bool operator==(const ReplicaLeaseRequest&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReplicaLeaseRequest, (), (replicas))
HANSE_DECLARE_JSON(ReplicaLeaseRequest);

struct ReplicaLeaseAnswer {
  std::vector<std::string> granted;  // reservations
  bool operator==(const ReplicaLeaseAnswer&) const = default;
};
BOOST_DESCRIBE_STRUCT(ReplicaLeaseAnswer, (), (granted))
HANSE_DECLARE_JSON(ReplicaLeaseAnswer);

}  // namespace hanse::model
