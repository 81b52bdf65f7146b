#include "zone/workloads/workload_reconciler.h"

#include <algorithm>
#include <fmt/ranges.h>
#include <iterator>

#include "placement/planner.h"

namespace hanse::zone {
namespace {

// Replicas in other zones do not announce themselves. While some are on their way they are looked at more
// often, though not all of a thousand four times a second.
constexpr Nanos kLookAtWorkloadAgain = Seconds{2};
constexpr Nanos kLookSoon = Millis{250};
constexpr Nanos kLookSoonPerReplica = Millis{25};
constexpr char kAllRunning[] = "AllRunning";

std::string title_of(const model::Workload& workload) {
  return to_string(id_of(workload.metadata));
}

// Two problems at once would each be the newest in turn, and be written for ever. What is all running again
// makes all that was before it old.
void note(std::vector<model::Condition>& conditions, model::Condition condition) {
  for (const model::Condition& known : conditions) {
    if (known.type == condition.type) {
      const bool same = known.state == condition.state && known.reason == condition.reason &&
                        known.message == condition.message;
      if (same) return;
      break;
    }
    if (known.reason == kAllRunning) break;
  }
  model::add_condition(conditions, std::move(condition));
}

bool has_replica_in(const Replicas& replicas, const std::string& zone) {
  return std::any_of(replicas.begin(), replicas.end(),
                     [&](const auto& replica) { return replica.zone == zone && !replica.deleting; });
}

bool is_assigned_so(const Replicas& replicas, const model::ReplicaAssignment& one) {
  return std::any_of(replicas.begin(), replicas.end(), [&](const auto& replica) {
    return replica.index == one.index && replica.zone == one.zone && replica.reservation == one.reservation;
  });
}

// Those that run, or are stopped where the template says so.
std::ptrdiff_t count_ready(const model::Workload& workload, const Replicas& replicas) {
  const auto wanted = workload.spec.instance.spec.power == model::Power::running ? model::PowerState::running
                                                                                 : model::PowerState::stopped;
  return std::count_if(replicas.begin(), replicas.end(), [wanted](const model::ReplicaAssignment& replica) {
    return !replica.deleting && replica.power_state == wanted;
  });
}

bool is_on_its_way(const model::ReplicaAssignment& replica) {
  switch (replica.power_state) {
    case model::PowerState::unknown:
    case model::PowerState::starting:
    case model::PowerState::stopping:
      return true;
    default:
      return replica.deleting;
  }
}

Nanos until_next_look(const ReplicaVisits::Visited& visited) {
  const Replicas& replicas = visited.replicas;
  const bool soon = visited.problems.empty() && std::any_of(replicas.begin(), replicas.end(), is_on_its_way);
  if (!soon) return kLookAtWorkloadAgain;
  return std::clamp(static_cast<std::int64_t>(replicas.size()) * kLookSoonPerReplica, kLookSoon,
                    kLookAtWorkloadAgain);
}

bool is_complete(const model::Workload& workload, const Replicas& replicas) {
  const auto ready = count_ready(workload, replicas);
  const auto wanted =
      std::count_if(replicas.begin(), replicas.end(),
                    [](const model::ReplicaAssignment& replica) { return !replica.deleting; });
  if (workload.spec.placement.per_zone) return wanted > 0 && ready == wanted;
  return ready == workload.spec.replicas;
}

}  // namespace

Task<Result<Again>> WorkloadReconciler::reconcile(std::string key) {
  const ResourceId id = id_of_key(KindOf<model::Workload>::kTraits, key);
  const auto workload = services_.tables.workloads.get(id);
  if (!workload) {
    if (workload.error().code == Code::not_found) co_return Again();
    co_return fail(workload.error());
  }
  HANSE_CO_TRY(const bool changed, co_await assign(*workload));
  if (changed) co_return Again();  // the write calls this step again
  ReplicaVisits::Visited visited = co_await visits_.visit_all(*workload);
  if (!(*workload)->metadata.deleted_at) {
    co_await check_policy(*workload, visited);
    replace_one_outdated(**workload, visited);
  }
  co_return co_await finish(*workload, std::move(visited));
}

Task<Result<bool>> WorkloadReconciler::assign(Pointer workload) {
  Assigner::Assigned assigned{.replicas = wanted_replicas(*workload)};
  const bool incomplete =
      std::any_of(assigned.replicas.begin(), assigned.replicas.end(),
                  [](const auto& replica) { return replica.zone.empty() && !replica.deleting; });
  const bool open = workload->spec.placement.per_zone && !workload->metadata.deleted_at;
  if (incomplete || open) {
    const std::string sku_name = model::reference_name(workload->spec.instance.spec.sku_ref);
    const auto sku =
        services_.tables.instance_skus.get({.tenant = workload->metadata.tenant, .name = sku_name});
    if (!sku) co_return fail(sku.error());
    HANSE_CO_TRY(assigned, co_await assigner_.assign(*workload, **sku, std::move(assigned.replicas)));
  }
  // What has no zone yet, or never had one and is not wanted any more, is not kept.
  std::erase_if(assigned.replicas, [](const auto& replica) { return replica.zone.empty(); });
  const std::string now = to_rfc3339(services_.runtime.clock.wall_now());
  const auto written = co_await services_.tables.workloads.update_while(
      id_of(workload->metadata),
      [&](model::Workload& changed, std::vector<store::Compare>& guards) -> Status {
        if (changed.metadata.resource_version != workload->metadata.resource_version) {
          return fail(Code::aborted, "workload '{}' changed meanwhile", title_of(*workload));
        }
        HANSE_CHECK(check_neighbours(*workload, assigned.replicas, guards));
        changed.status.replicas = assigned.replicas;
        if (!assigned.problem.empty()) {
          note(changed.status.conditions,
               {model::ResourceState::creating, "Placed", "NoZone", assigned.problem, now});
        }
        return {};
      });
  if (!written) co_return fail(written.error());
  co_return written->metadata.resource_version != workload->metadata.resource_version;
}

// While zones were asked, the workloads of its affinities may have been assigned others than they were chosen
// by.
Status WorkloadReconciler::check_neighbours(const model::Workload& workload, const Replicas& assigned,
                                            std::vector<store::Compare>& guards) const {
  const auto check = [&](const std::string& name, bool together) -> Status {
    const ResourceId id{workload.metadata.tenant, workload.metadata.workspace, name};
    const auto other = services_.tables.workloads.get(id);
    if (!other && other.error().code != Code::not_found) return fail(other.error());
    guards.push_back(other ? services_.tables.workloads.unchanged(**other)
                           : services_.tables.workloads.absent(id));
    const Replicas theirs = other ? (*other)->status.replicas : Replicas();
    for (const model::ReplicaAssignment& replica : assigned) {
      if (is_assigned_so(workload.status.replicas, replica) || replica.deleting) continue;
      if (has_replica_in(theirs, replica.zone) != together)
        return fail(Code::aborted, "workload '{}' was assigned other zones meanwhile", to_string(id));
    }
    return {};
  };
  for (const std::string& name : workload.spec.placement.affinity) HANSE_CHECK(check(name, true));
  for (const std::string& name : workload.spec.placement.anti_affinity) HANSE_CHECK(check(name, false));
  return {};
}

Task<void> WorkloadReconciler::check_policy(Pointer workload, ReplicaVisits::Visited& visited) {
  PolicyKeeper::Findings findings = co_await keeper_.check(*workload, visited.replicas, visited.homeless);
  std::move(findings.problems.begin(), findings.problems.end(), std::back_inserter(visited.problems));
  for (std::string& shared : shared_hosts(*workload, visited.replicas, visited.hosts))
    visited.problems.push_back(std::move(shared));
  for (model::ReplicaAssignment& replica : visited.replicas) {
    const auto& gone = findings.elsewhere;
    if (replica.deleting || std::find(gone.begin(), gone.end(), replica.index) == gone.end()) continue;
    services_.refusals.remember(*workload, replica.zone, "no host of it took the replica");
    services_.events.add("workload", title_of(*workload), "ReplicaRefused",
                         fmt::format("no host of zone '{}' took {}", replica.zone, replica.instance));
    replica.deleting = true;
  }
}

void WorkloadReconciler::replace_one_outdated(const model::Workload& workload,
                                              ReplicaVisits::Visited& visited) {
  if (visited.outdated.empty() || !is_complete(workload, visited.replicas)) return;
  const bool one_goes = std::any_of(visited.replicas.begin(), visited.replicas.end(),
                                    [](const auto& replica) { return replica.deleting && !replica.lost; });
  if (one_goes) return;
  for (model::ReplicaAssignment& replica : visited.replicas)
    if (!replica.lost && replica.index == visited.outdated.front()) replica.deleting = true;
}

Task<Result<Again>> WorkloadReconciler::finish(Pointer workload, ReplicaVisits::Visited visited) {
  const ResourceId id = id_of(workload->metadata);
  if (workload->metadata.deleted_at && visited.replicas.empty()) {
    HANSE_CO_CHECK(co_await services_.tables.workloads.erase(workload));
    keeper_.forget(workload->metadata.uid);
    co_return Again();
  }
  const auto ready = count_ready(*workload, visited.replicas);
  const bool complete = is_complete(*workload, visited.replicas);
  const std::string now = to_rfc3339(services_.runtime.clock.wall_now());
  const auto written =
      co_await services_.tables.workloads.update(id, [&](model::Workload& changed) -> Status {
        if (changed.status.replicas.size() != workload->status.replicas.size())
          return {};  // assigned anew meanwhile
        changed.status.replicas = visited.replicas;
        changed.status.ready = static_cast<std::int32_t>(ready);
        if (changed.metadata.deleted_at) return {};
        const bool was_active = changed.status.state == model::ResourceState::active;
        changed.status.state =
            complete ? model::ResourceState::active
                     : (was_active ? model::ResourceState::updating : model::ResourceState::creating);
        if (complete && visited.problems.empty())
          note(changed.status.conditions, {changed.status.state, "Ready", kAllRunning, "", now});
        if (!visited.problems.empty()) {
          const std::string message = fmt::format("{}", fmt::join(visited.problems, "; "));
          note(changed.status.conditions, {changed.status.state, "Ready", "ReplicaProblem", message, now});
        }
        return {};
      });
  if (!written) co_return fail(written.error());
  co_return Again(until_next_look(visited));
}

}  // namespace hanse::zone
