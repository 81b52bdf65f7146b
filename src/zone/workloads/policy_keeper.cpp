#include "zone/workloads/policy_keeper.h"

#include <algorithm>
#include <optional>
#include <utility>

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

// What its zone violates, in words; empty: nothing.
std::string misplacement(const model::Workload& workload, const model::ReplicaAssignment& replica,
                         const Replicas& replicas, std::vector<placement::ZoneCandidate>& zones) {
  count_replicas(replicas, -1, zones);
  const auto against = placement::violations(request_of(workload), replica.zone, zones);
  if (against.empty()) return "";
  return fmt::format("{} violates the policy in zone '{}': {}", replica.instance, replica.zone,
                     against.front().reason);
}

std::string waits_for_room(const model::ReplicaAssignment& replica) {
  return fmt::format("{} waits for room: no host of zone '{}' takes it and no other zone qualifies",
                     replica.instance, replica.zone);
}

std::string did_not_come(const model::ReplicaAssignment& replica, const std::string& zone) {
  return fmt::format(
      "{} stays: its move to zone '{}' failed and is tried again; 'hanse get transfers' in zone '{}' says "
      "why",
      replica.instance, zone, replica.zone);
}

}  // namespace

bool PolicyKeeper::is_overdue(const Misplaced& misplaced) const {
  return services_.runtime.clock.now() - misplaced.since >= kMisplacedPatience;
}

// Where it will be is not known to those who choose zones for the others.
bool PolicyKeeper::another_moves(const ByIndex& known, std::int32_t index) const {
  return std::any_of(known.begin(), known.end(), [&](const auto& entry) {
    return entry.first != index && !entry.second.ordered.empty() && !is_overdue(entry.second);
  });
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
  ByIndex& known = misplaced_[workload.metadata.uid];
  std::set<std::int32_t> seen;
  for (const model::ReplicaAssignment& replica : replicas) {
    if (replica.deleting) continue;
    const bool no_host = std::find(homeless.begin(), homeless.end(), replica.index) != homeless.end();
    std::string problem = no_host ? "" : misplacement(workload, replica, replicas, zones);
    if (!no_host && problem.empty()) continue;
    seen.insert(replica.index);
    Misplaced& misplaced =
        known.try_emplace(replica.index, Misplaced{.since = services_.runtime.clock.now()}).first->second;
    if (no_host && !is_overdue(misplaced)) continue;
    if (no_host && !choose_other(workload, replica, replicas, zones).chosen.empty()) {
      findings.elsewhere.push_back(replica.index);
      continue;
    }
    if (no_host) problem = waits_for_room(replica);
    findings.problems.push_back(std::move(problem));
    if (!misplaced.failed.empty()) findings.problems.push_back(did_not_come(replica, misplaced.failed));
    const bool moves = !no_host && workload.spec.placement.enforce == model::Enforce::continuous;
    if (!moves || !is_overdue(misplaced) || another_moves(known, replica.index)) continue;
    const Status moved = co_await move_away(workload, **sku, replica, replicas, zones, misplaced);
    if (!moved)
      findings.problems.push_back(fmt::format("{} stays: {}", replica.instance, moved.error().message));
  }
  std::erase_if(known, [&seen](const auto& entry) { return !seen.contains(entry.first); });
  co_return findings;
}

// One that refuses at once is passed over; one that fails later is tried last.
Task<Status> PolicyKeeper::move_away(model::Workload workload, model::InstanceSku sku,
                                     model::ReplicaAssignment replica, Replicas replicas, Zones zones,
                                     Misplaced& misplaced) {
  const ResourceId id{workload.metadata.tenant, workload.metadata.workspace, replica.instance};
  HANSE_CO_TRY(const model::Instance instance, co_await services_.zones.get(replica.zone, id));
  if (!instance.status.transfer.empty() || !instance.status.moved_to.empty()) {
    misplaced.since = services_.runtime.clock.now();
    co_return Status();
  }
  if (!misplaced.ordered.empty()) misplaced.failed = std::exchange(misplaced.ordered, "");
  const auto take_out = [&zones](const std::set<std::string>& names) {
    std::erase_if(zones, [&](const placement::ZoneCandidate& zone) { return names.contains(zone.name); });
  };
  take_out(misplaced.tried);
  std::optional<Error> refusal;
  while (true) {
    const placement::Decision decision = choose_other(workload, replica, replicas, zones);
    if (decision.chosen.empty()) {
      misplaced.tried.clear();
      co_return fail(refusal ? *refusal : placement::why_not(decision, "it"));
    }
    Status moved = co_await services_.assigner.try_zone(workload, sku, decision.chosen, replica);
    if (moved) moved = co_await services_.zones.move(replica.zone, id, decision.chosen);
    if (moved || moved.error().code == Code::unavailable) {
      misplaced.since = services_.runtime.clock.now();
      misplaced.tried.insert(decision.chosen);
      misplaced.ordered = decision.chosen;
      if (!moved) co_return moved;
      services_.events.add("workload", to_string(id_of(workload.metadata)), "ReplicaMoves",
                           fmt::format("{} moves to zone '{}', which satisfies the policy", replica.instance,
                                       decision.chosen));
      co_return Status();
    }
    refusal = moved.error();
    take_out({decision.chosen});
  }
}

}  // namespace hanse::zone
