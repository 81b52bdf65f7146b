#include "zone/workloads/policy_keeper.h"

#include <algorithm>

#include "placement/planner.h"

namespace hanse::zone {
namespace {

placement::ZoneRequest request_of(const model::Workload& workload) {
  return {.policy = workload.spec.placement, .replicas = workload.spec.replicas};
}

// Another zone for one replica, as if it were nowhere.
placement::Decision choose_other(const model::Workload& workload, const model::ReplicaAssignment& replica,
                                 const Replicas& replicas, std::vector<placement::ZoneCandidate> zones) {
  count_replicas(replicas, replica.index, zones);
  std::erase_if(zones, [&](const placement::ZoneCandidate& zone) { return zone.name == replica.zone; });
  return placement::choose_zone(request_of(workload), zones);
}

}  // namespace

bool PolicyKeeper::is_overdue(const std::string& uid, std::int32_t index, Since& now_misplaced) const {
  const MonotonicTime now = services_.runtime.clock.now();
  const auto known = misplaced_.find(uid);
  MonotonicTime since = now;
  if (known != misplaced_.end()) {
    const auto before = known->second.find(index);
    if (before != known->second.end()) since = before->second;
  }
  now_misplaced.emplace(index, since);
  return now - since >= kMisplacedPatience;
}

Task<PolicyKeeper::Findings> PolicyKeeper::check(model::Workload workload, Replicas replicas,
                                                 std::vector<std::int32_t> homeless) {
  Findings findings;
  const auto sku = services_.tables.instance_skus.get(
      {.tenant = workload.metadata.tenant,
       .name = model::reference_name(workload.spec.instance.spec.sku_ref)});
  if (!sku) co_return findings;
  const auto candidates = services_.candidates.all(workload, **sku);
  if (!candidates) co_return findings;
  Zones zones = *candidates;
  Since now_misplaced;
  for (const model::ReplicaAssignment& replica : replicas) {
    if (replica.deleting) continue;
    if (std::find(homeless.begin(), homeless.end(), replica.index) != homeless.end()) {
      if (!is_overdue(workload.metadata.uid, replica.index, now_misplaced)) continue;
      if (!choose_other(workload, replica, replicas, zones).chosen.empty()) {
        findings.elsewhere.push_back(replica.index);
      } else {
        findings.problems.push_back(
            fmt::format("{} waits for room: no host of zone '{}' takes it and no "
                        "other zone qualifies",
                        replica.instance, replica.zone));
      }
      continue;
    }
    count_replicas(replicas, -1, zones);
    const auto against = placement::violations(request_of(workload), replica.zone, zones);
    if (against.empty()) continue;
    findings.problems.push_back(fmt::format("{} violates the policy in zone '{}': {}", replica.instance,
                                            replica.zone, against.front().reason));
    const bool overdue = is_overdue(workload.metadata.uid, replica.index, now_misplaced);
    if (workload.spec.placement.enforce != model::Enforce::continuous || !overdue) continue;
    const Status moved = co_await move_away(workload, replica, replicas, zones);
    if (!moved)
      findings.problems.push_back(fmt::format("{} stays: {}", replica.instance, moved.error().message));
  }
  misplaced_.insert_or_assign(workload.metadata.uid, std::move(now_misplaced));
  co_return findings;
}

Task<Status> PolicyKeeper::move_away(model::Workload workload, model::ReplicaAssignment replica,
                                     Replicas replicas, Zones zones) {
  if (!services_.zones.is_here(replica.zone)) {
    co_return fail(Code::failed_precondition,
                   "zone '{}' has it and must move it: 'hanse migrate {} --to ZONE' there", replica.zone,
                   replica.instance);
  }
  const ResourceId id{workload.metadata.tenant, workload.metadata.workspace, replica.instance};
  HANSE_CO_TRY(const auto instance, services_.tables.instances.get(id));
  if (!instance->status.transfer.empty()) co_return Status();  // under way
  const placement::Decision decision = choose_other(workload, replica, replicas, std::move(zones));
  if (decision.chosen.empty()) co_return fail(placement::why_not(decision, "it"));
  model::TransferSpec spec;
  spec.instance = replica.instance;
  spec.target_zone = decision.chosen;
  const auto transfer =
      co_await services_.transfers.create({.tenant = id.tenant, .workspace = id.workspace}, std::move(spec));
  if (!transfer) co_return fail(transfer.error());
  services_.events.add(
      "workload", to_string(id_of(workload.metadata)), "ReplicaMoves",
      fmt::format("{} moves to zone '{}', which satisfies the policy", replica.instance, decision.chosen));
  co_return Status();
}

}  // namespace hanse::zone
