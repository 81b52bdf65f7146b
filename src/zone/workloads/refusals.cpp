#include "zone/workloads/refusals.h"

#include <fmt/format.h>

namespace hanse::zone {

void Refusals::remember(const model::Workload& workload, const std::string& zone, std::string message) {
  const MonotonicTime now = clock_.now();
  std::erase_if(refusals_, [&](const auto& entry) { return entry.second.until <= now; });
  refusals_.insert_or_assign({workload.metadata.uid, zone},
                             Refusal{now + kRefusalMemory, std::move(message)});
}

std::map<std::string, std::string> Refusals::passed_over(const model::Workload& workload,
                                                         const Replicas& replicas) const {
  const MonotonicTime now = clock_.now();
  const std::string& uid = workload.metadata.uid;
  std::map<std::string, std::string> zones;
  for (auto it = refusals_.lower_bound({uid, ""}); it != refusals_.end() && it->first.first == uid; ++it) {
    if (it->second.until > now) zones.emplace(it->first.second, it->second.message);
  }
  // A replica of the same name would be taken for the lost one, or the lost one for it.
  for (const model::ReplicaAssignment& replica : replicas) {
    if (replica.lost)
      zones.try_emplace(replica.zone,
                        fmt::format("it has not removed {}, which was lost in it", replica.instance));
  }
  return zones;
}

}  // namespace hanse::zone
