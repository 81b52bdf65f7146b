// Refusals: the zones that a workload's replicas are not offered to for a while, since they refused one or
// did not answer, or have not removed one that was lost in them.
//
// In memory: after a restart all are asked again. Thread: the loop. It never fails.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "runtime/clock.h"
#include "zone/workloads/replica_plan.h"

namespace hanse::zone {

// A zone that refused, or did not answer, is not asked for the same workload again for so long.
inline constexpr Nanos kRefusalMemory = Seconds{30};

class Refusals {
 public:
  explicit Refusals(Clock& clock) : clock_(clock) {}

  void remember(const model::Workload& workload, const std::string& zone, std::string message);
  // By zone, why: those that were asked in vain, and those that have what was lost.
  std::map<std::string, std::string> passed_over(const model::Workload& workload,
                                                 const Replicas& replicas) const;

 private:
  struct Refusal {
    MonotonicTime until;
    std::string message;
  };

  Clock& clock_;
  std::map<std::pair<std::string, std::string>, Refusal> refusals_;  // by uid of the workload, and zone
};

}  // namespace hanse::zone
