// ReplicaVisits: looks at each assigned replica where it is, and brings it about: makes what is missing,
// follows what has moved, removes what should go, and gives up a zone that is lost.
//
// Pure of memory but for what the refusals and the leases keep. Thread: the loop. Failure: of a replica, a
// problem in words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/hashing.h"
#include "zone/event_log.h"
#include "zone/leases/lease_grants.h"
#include "zone/workloads/refusals.h"
#include "zone/workloads/replica_zones.h"

namespace hanse::zone {

// Replicas that are looked at at once: each look may wait for another zone's answer.
inline constexpr std::size_t kVisitsAtOnce = 16;

class ReplicaVisits {
 public:
  using Pointer = Table<model::Workload>::Pointer;
  struct Services {
    Tables& tables;
    Hashing& hashing;
    EventLog& events;
    ReplicaZones& zones;
    LeaseGrants& leases;
    Refusals& refusals;
    std::string zone;
  };
  explicit ReplicaVisits(Services services) : services_(std::move(services)) {}

  struct Visited {
    Replicas replicas;
    std::vector<std::string> problems;
    // Of those that are not to go, so that an index says which.
    std::vector<std::int32_t> outdated;  // that have another template
    std::vector<std::int32_t> homeless;  // that no host has taken
    std::map<std::int32_t, std::string> hosts;
  };
  Task<Visited> visit_all(Pointer workload);

 private:
  struct Look {
    bool outdated = false;
    bool homeless = false;
    std::string host;
    Result<model::ReplicaAssignment> replica;  // without a zone: it is gone, or was refused for good
  };
  using Looks = std::vector<Look>;  // at the replicas of the workload, in their order

  // From `next` on, one after the other. Several of them share a list.
  Task<void> visit_some(Pointer workload, std::size_t& next, Looks& looks);

  Task<Result<model::ReplicaAssignment>> visit(Pointer workload, model::ReplicaAssignment replica,
                                               Look& look);
  Task<Result<model::ReplicaAssignment>> meet_other(Pointer workload, model::ReplicaAssignment replica,
                                                    model::Instance other);
  Task<Result<model::ReplicaAssignment>> make(Pointer workload, model::ReplicaAssignment replica);
  // Whether the zone is given up for one that does not answer there; until then it is waited for.
  bool is_lost(const model::Workload& workload, const model::ReplicaAssignment& replica);
  // Nothing is in the replica's zone, and nothing can come by its reservation any more.
  Task<Result<bool>> is_given_up(Pointer workload, model::ReplicaAssignment replica);
  Task<Status> put(Pointer workload, model::ReplicaAssignment replica);
  // By what its zone chooses hosts for it, now and later.
  Task<Status> keep_spread(Pointer workload, std::string zone, model::Instance instance);

  Services services_;
};

}  // namespace hanse::zone
