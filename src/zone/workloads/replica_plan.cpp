#include "zone/workloads/replica_plan.h"

#include <algorithm>
#include <boost/json.hpp>

#include "runtime/network.h"
#include "zone/resource_id.h"

namespace hanse::zone {
namespace {

constexpr std::size_t kVersionDigits = 16;

bool has_index(const Replicas& replicas, std::int32_t index) {
  return std::any_of(replicas.begin(), replicas.end(), [&](const model::ReplicaAssignment& replica) {
    return replica.index == index && !replica.lost;
  });
}

// With perZone those of each zone beyond the number for one, the youngest first.
void mark_surplus_per_zone(Replicas& replicas, std::int32_t count) {
  std::map<std::string, std::int32_t> in_zone;
  for (model::ReplicaAssignment& replica : replicas) {
    if (replica.deleting) continue;
    replica.deleting = ++in_zone[replica.zone] > count;
  }
}

}  // namespace

model::ReplicaAssignment new_replica(const model::Workload& workload, std::int32_t index) {
  return {.index = index, .instance = fmt::format("{}-{}", workload.metadata.name, index)};
}

Replicas wanted_replicas(const model::Workload& workload) {
  const std::int32_t count = workload.metadata.deleted_at ? 0 : workload.spec.replicas;
  Replicas replicas = workload.status.replicas;
  std::sort(replicas.begin(), replicas.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
  if (workload.spec.placement.per_zone) {
    mark_surplus_per_zone(replicas, count);
    return replicas;
  }
  for (model::ReplicaAssignment& replica : replicas)
    replica.deleting = replica.deleting || replica.index >= count;
  for (std::int32_t index = 0; index < count; ++index) {
    if (!has_index(replicas, index)) replicas.push_back(new_replica(workload, index));
  }
  std::sort(replicas.begin(), replicas.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
  return replicas;
}

std::int32_t next_index(const Replicas& replicas) {
  std::int32_t index = 0;
  while (has_index(replicas, index)) ++index;
  return index;
}

std::map<std::string, std::int32_t> replicas_by_zone(const Replicas& replicas, std::int32_t except) {
  std::map<std::string, std::int32_t> in_zone;
  for (const model::ReplicaAssignment& replica : replicas) {
    if (!replica.deleting && replica.index != except && !replica.zone.empty()) ++in_zone[replica.zone];
  }
  return in_zone;
}

void count_replicas(const Replicas& replicas, std::int32_t except,
                    std::vector<placement::ZoneCandidate>& zones) {
  const std::map<std::string, std::int32_t> in_zone = replicas_by_zone(replicas, except);
  for (placement::ZoneCandidate& zone : zones) {
    const auto found = in_zone.find(zone.name);
    zone.replicas = found == in_zone.end() ? 0 : found->second;
  }
}

std::string wrong_architecture(const model::Workload& workload, const model::InstanceSku& sku) {
  const auto& wanted = workload.spec.placement.architecture;
  if (!wanted || *wanted == sku.spec.architecture) return "";
  return fmt::format("the policy asks for architecture {} and SKU '{}' is for {}; change one of the two",
                     *wanted, sku.metadata.name, sku.spec.architecture);
}

std::vector<std::string> shared_hosts(const model::Workload& workload, const Replicas& replicas,
                                      const std::map<std::int32_t, std::string>& hosts) {
  std::vector<std::string> problems;
  if (workload.spec.placement.spread != model::Spread::host) return problems;
  std::map<std::pair<std::string, std::string>, std::string> first;  // replica by zone and host
  for (const model::ReplicaAssignment& replica : replicas) {
    const auto host = hosts.find(replica.index);
    if (replica.deleting || host == hosts.end() || host->second.empty()) continue;
    const auto [other, alone] = first.try_emplace({replica.zone, host->second}, replica.instance);
    if (alone) continue;
    problems.push_back(
        fmt::format("{} is on host '{}' of zone '{}' with {}, and the policy spreads by host; "
                    "it goes on there: move it with 'hanse migrate --host' or --to",
                    replica.instance, host->second, replica.zone, other->second));
  }
  return problems;
}

void pass_over(const std::map<std::string, std::string>& reasons,
               std::vector<placement::ZoneCandidate>& zones) {
  if (reasons.empty()) return;
  for (placement::ZoneCandidate& zone : zones) {
    const auto passed = reasons.find(zone.name);
    if (passed == reasons.end() || !zone.refusal.empty()) continue;
    zone.refusal = passed->second;
    zone.refusal_passes = true;
  }
}

std::string template_version(Hashing& hashing, const model::InstanceTemplate& wanted) {
  model::InstanceTemplate fixed = wanted;
  fixed.spec.power = model::Power::running;
  const std::string text = json::dump(to_json(fixed));
  const auto hash = hashing.sha256();
  hash->update(as_bytes(text));
  return hash->finish().substr(0, kVersionDigits);
}

std::string replica_name(const std::string& zone, const model::Workload& workload, std::int32_t index) {
  return fmt::format("{}/{}#{}", zone, to_string(id_of(workload.metadata)), index);
}

}  // namespace hanse::zone
