#include "zone/workloads/policy_keeper.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/planted_bug.h"
#include "placement/planner.h"

namespace hanse::zone {
namespace {

placement::ZoneRequest request_of(const model::Workload& workload) {
  return {.policy = workload.spec.placement, .replicas = workload.spec.replicas};
}

// For another zone for one replica, as if it were nowhere.
ZoneChooser::Question question_of(const model::Workload& workload, const model::InstanceSku& sku,
                                  const Replicas& replicas, const model::ReplicaAssignment& replica) {
  return {.workload = workload,
          .sku = sku,
          .replicas = replicas,
          .index = replica.index,
          .passed_over = {{replica.zone, "it is where the replica is"}}};
}

// What its zone violates, in words; empty: nothing.
std::string misplacement(const model::Workload& workload, const model::ReplicaAssignment& replica,
                         std::vector<placement::ZoneCandidate>& zones) {
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
  auto zones = concerned(workload, **sku, replicas);
  if (!zones) co_return findings;
  ByIndex& known = misplaced_[workload.metadata.uid];
  std::set<std::int32_t> seen;
  for (const model::ReplicaAssignment& replica : replicas) {
    if (replica.deleting) continue;
    const bool no_host = std::find(homeless.begin(), homeless.end(), replica.index) != homeless.end();
    std::string problem = no_host ? "" : misplacement(workload, replica, *zones);
    if (!no_host && problem.empty()) continue;
    seen.insert(replica.index);
    Misplaced& misplaced =
        known.try_emplace(replica.index, Misplaced{.since = services_.runtime.clock.now()}).first->second;
    if (no_host && !is_overdue(misplaced)) continue;
    if (no_host) {
      const auto other = services_.chooser.choose(question_of(workload, **sku, replicas, replica));
      if (other && !other->empty()) {
        findings.elsewhere.push_back(replica.index);
        continue;
      }
    }
    if (no_host) problem = waits_for_room(replica);
    findings.problems.push_back(std::move(problem));
    if (!misplaced.failed.empty()) findings.problems.push_back(did_not_come(replica, misplaced.failed));
    if (kPlantedBug == PlantedBug::continuous_never_moves) continue;
    const bool moves = !no_host && workload.spec.placement.enforce == model::Enforce::continuous;
    if (!moves || !is_overdue(misplaced) || another_moves(known, replica.index)) continue;
    const Status moved = co_await move_away(workload, **sku, replica, replicas, misplaced);
    if (!moved)
      findings.problems.push_back(fmt::format("{} stays: {}", replica.instance, moved.error().message));
  }
  std::erase_if(known, [&seen](const auto& entry) { return !seen.contains(entry.first); });
  co_return findings;
}

// Where they are, and what the policy names as places.
Result<std::vector<placement::ZoneCandidate>> PolicyKeeper::concerned(const model::Workload& workload,
                                                                      const model::InstanceSku& sku,
                                                                      const Replicas& replicas) const {
  std::set<std::string> names;
  for (const model::ReplicaAssignment& replica : replicas) names.insert(replica.zone);
  for (const model::LatencyTarget& target : workload.spec.placement.latency) names.insert(target.to);
  HANSE_TRY(auto zones, services_.candidates.some(workload, sku, {names.begin(), names.end()}));
  count_replicas(replicas, -1, zones);
  return zones;
}

// One that refuses at once is passed over; one that fails later is tried last.
Task<Status> PolicyKeeper::move_away(model::Workload workload, model::InstanceSku sku,
                                     model::ReplicaAssignment replica, Replicas replicas,
                                     Misplaced& misplaced) {
  const ResourceId id{workload.metadata.tenant, workload.metadata.workspace, replica.instance};
  HANSE_CO_TRY(const model::Instance instance, co_await services_.zones.get(replica.zone, id));
  if (!instance.status.transfer.empty() || !instance.status.moved_to.empty()) {
    misplaced.since = services_.runtime.clock.now();
    co_return Status();
  }
  if (!misplaced.ordered.empty()) misplaced.failed = std::exchange(misplaced.ordered, "");
  ZoneChooser::Question question = question_of(workload, sku, replicas, replica);
  for (const std::string& zone : misplaced.tried)
    question.passed_over.emplace(zone, "a move to it was tried already");
  std::optional<Error> refusal;
  while (true) {
    HANSE_CO_TRY(const std::string chosen, services_.chooser.choose(question));
    if (chosen.empty()) {
      misplaced.tried.clear();
      if (refusal) co_return fail(*refusal);
      HANSE_CO_TRY(const placement::Decision decision, services_.chooser.decide_with_reasons(question));
      co_return fail(placement::why_not(decision, "it"));
    }
    Status moved = co_await services_.assigner.try_zone(workload, sku, chosen, replica);
    if (moved) moved = co_await services_.zones.move(replica.zone, id, chosen);
    if (moved || moved.error().code == Code::unavailable) {
      misplaced.since = services_.runtime.clock.now();
      misplaced.tried.insert(chosen);
      misplaced.ordered = chosen;
      if (!moved) co_return moved;
      services_.events.add(
          "workload", to_string(id_of(workload.metadata)), "ReplicaMoves",
          fmt::format("{} moves to zone '{}', which satisfies the policy", replica.instance, chosen));
      co_return Status();
    }
    refusal = moved.error();
    question.passed_over.emplace(chosen, refusal->message);
  }
}

}  // namespace hanse::zone
