#include "zone/leases/lease_grants.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/planted_bug.h"
#include "model/host_messages.h"
#include "zone/workloads/replica_plan.h"

namespace hanse::zone {
namespace {

struct ReplicaName {
  ResourceId workload;
  std::int32_t index = 0;
};

// "<zone>/<tenant>/<workspace>/<name>#<index>" of this zone; nothing for anything else.
std::optional<ReplicaName> parse_replica(const std::string& text, const std::string& zone) {
  const std::size_t mark = text.rfind('#');
  ReplicaName name;
  std::vector<std::string> parts{""};
  for (const char c : text.substr(0, mark)) {
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  const char* const end = text.data() + text.size();
  const bool numbered =
      mark != std::string::npos && std::from_chars(text.data() + mark + 1, end, name.index).ptr == end;
  if (parts.size() != 4 || !numbered || parts[0] != zone) return std::nullopt;
  name.workload = {parts[1], parts[2], parts[3]};
  return name;
}

}  // namespace

bool LeaseGrants::may_run(const model::ReplicaClaim& claim) const {
  if (withheld_.contains(claim.reservation)) return false;
  const auto name = parse_replica(claim.replica, zone_);
  if (!name) return false;
  const auto workload = tables_.workloads.get(name->workload);
  if (!workload) return false;
  const Replicas& replicas = (*workload)->status.replicas;
  return std::any_of(replicas.begin(), replicas.end(), [&](const model::ReplicaAssignment& replica) {
    return replica.index == name->index && replica.reservation == claim.reservation && !replica.lost;
  });
}

Result<model::ReplicaLeaseAnswer> LeaseGrants::grant(const model::ReplicaLeaseRequest& request) {
  if (request.replicas.size() > model::kMaxReplicaClaims)
    return fail_field("/replicas", "at most {} replicas in one request", model::kMaxReplicaClaims);
  const MonotonicTime now = runtime_.clock.now();
  std::erase_if(granted_, [&](const auto& entry) { return is_over(entry.first); });
  model::ReplicaLeaseAnswer answer;
  for (const model::ReplicaClaim& claim : request.replicas) {
    if (!may_run(claim)) continue;
    granted_.insert_or_assign(claim.reservation, now);
    answer.granted.push_back(claim.reservation);
  }
  return answer;
}

bool LeaseGrants::is_over(const std::string& reservation) const {
  if (kPlantedBug == PlantedBug::failover_without_waiting) return true;
  const auto granted = granted_.find(reservation);
  const MonotonicTime last = granted == granted_.end() ? began_ : granted->second;
  return runtime_.clock.now() - last >= model::kReplicaLease + model::kLeaseMargin;
}

}  // namespace hanse::zone
