// PolicyKeeper: what becomes of replicas that are where their workload's policy does not want them any more,
// or where no host takes them: reported; and after a while, since a figure may only flicker and a host may
// only restart, moved live where the policy says so, or made elsewhere when they never ran.
//
// It remembers since when, in memory. Lifecycle: as long as the reconciler. Thread: the loop. Failure: a
// problem in words.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/runtime.h"
#include "zone/event_log.h"
#include "zone/transfer_frontend.h"
#include "zone/workloads/replica_plan.h"
#include "zone/workloads/replica_zones.h"
#include "zone/workloads/zone_candidates.h"

namespace hanse::zone {

inline constexpr Nanos kMisplacedPatience = Seconds{30};

class PolicyKeeper {
 public:
  struct Services {
    Runtime& runtime;
    Tables& tables;
    EventLog& events;
    ZoneCandidates& candidates;
    ReplicaZones& zones;
    TransferFrontend& transfers;
  };
  explicit PolicyKeeper(Services services) : services_(services) {}

  struct Findings {
    std::vector<std::string> problems;
    std::vector<std::int32_t> elsewhere;  // indexes of those to be made in another zone
  };
  // `homeless`: indexes of replicas that no host of their zone has taken.
  Task<Findings> check(model::Workload workload, Replicas replicas, std::vector<std::int32_t> homeless);
  void forget(const std::string& workload_uid) { misplaced_.erase(workload_uid); }

 private:
  using Zones = std::vector<placement::ZoneCandidate>;
  using Since = std::map<std::int32_t, MonotonicTime>;  // by index

  // Whether it has been so for long; what is no longer so is not carried over into `now_misplaced`.
  bool is_overdue(const std::string& uid, std::int32_t index, Since& now_misplaced) const;
  Task<Status> move_away(model::Workload workload, model::ReplicaAssignment replica, Replicas replicas,
                         Zones zones);

  Services services_;
  std::map<std::string, Since> misplaced_;  // by uid of the workload
};

}  // namespace hanse::zone
