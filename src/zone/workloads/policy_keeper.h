// PolicyKeeper: what becomes of replicas that are where their workload's policy does not want them any more,
// or where no host takes them: reported; and after a while, since a figure may only flicker and a host may
// only restart, moved live by the zone that has them where the policy says so, or made elsewhere when they
// never ran.
//
// It remembers since when, and what was tried, in memory. Lifecycle: as long as the reconciler. Thread: the
// loop. Failure: a problem in words.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "runtime/runtime.h"
#include "zone/event_log.h"
#include "zone/workloads/assigner.h"
#include "zone/workloads/replica_plan.h"
#include "zone/workloads/replica_zones.h"
#include "zone/workloads/zone_candidates.h"
#include "zone/workloads/zone_chooser.h"

namespace hanse::zone {

inline constexpr Nanos kMisplacedPatience = Seconds{30};

class PolicyKeeper {
 public:
  struct Services {
    Runtime& runtime;
    Tables& tables;
    EventLog& events;
    ZoneCandidates& candidates;
    ZoneChooser& chooser;
    ReplicaZones& zones;
    Assigner& assigner;
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
  struct Misplaced {
    MonotonicTime since;          // or when it was last ordered to move, or seen moving
    std::string ordered;          // the zone that it was to move to last
    std::string failed;           // the one that it did not come to last
    std::set<std::string> tried;  // all of those, until none is left
  };
  using ByIndex = std::map<std::int32_t, Misplaced>;

  bool is_overdue(const Misplaced& misplaced) const;
  bool another_moves(const ByIndex& known, std::int32_t index) const;
  // Those that judging where the replicas are needs to know.
  Result<std::vector<placement::ZoneCandidate>> concerned(const model::Workload& workload,
                                                          const model::InstanceSku& sku,
                                                          const Replicas& replicas) const;
  Task<Status> move_away(model::Workload workload, model::InstanceSku sku, model::ReplicaAssignment replica,
                         Replicas replicas, Misplaced& misplaced);

  Services services_;
  std::map<std::string, ByIndex> misplaced_;  // by uid of the workload
};

}  // namespace hanse::zone
