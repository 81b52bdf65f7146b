#include "zone/workloads/workload_reconciler.h"

#include <algorithm>
#include <fmt/ranges.h>
#include <iterator>

#include "base/planted_bug.h"
#include "placement/planner.h"

namespace hanse::zone {
namespace {

// Replicas in other zones do not announce themselves.
constexpr Nanos kLookAgain = Seconds{2};
constexpr char kAllRunning[] = "AllRunning";

std::string title_of(const model::Workload& workload) {
  return to_string(id_of(workload.metadata));
}

ResourceId replica_id(const model::Workload& workload, const model::ReplicaAssignment& replica) {
  return {workload.metadata.tenant, workload.metadata.workspace, replica.instance};
}

// Another zone can be asked instead; there is nothing that could be there in spite of it.
bool is_refusal(const Error& error) {
  return error.code == Code::permission_denied || error.code == Code::resource_exhausted ||
         error.code == Code::failed_precondition;
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

bool is_complete(const model::Workload& workload, const Replicas& replicas) {
  const auto runs = [](const model::ReplicaAssignment& replica) {
    return !replica.deleting && replica.power_state == model::PowerState::running;
  };
  const auto ready = std::count_if(replicas.begin(), replicas.end(), runs);
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
  Visited visited = co_await visit_all(*workload);
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

Task<WorkloadReconciler::Visited> WorkloadReconciler::visit_all(Pointer workload) {
  Visited visited;
  for (const model::ReplicaAssignment& replica : workload->status.replicas) {
    Look look;
    const auto seen = co_await visit(workload, replica, look);
    if (look.outdated) visited.outdated.push_back(replica.index);
    if (look.homeless) visited.homeless.push_back(replica.index);
    if (seen) {
      if (!seen->zone.empty()) visited.replicas.push_back(*seen);
      continue;
    }
    const bool silent =
        seen.error().code == Code::unavailable || seen.error().code == Code::deadline_exceeded;
    if (silent && replica.lost) {
      visited.replicas.push_back(replica);  // removed when its zone is back
      continue;
    }
    if (silent && is_lost(*workload, replica)) {
      visited.replicas.push_back(replica);
      visited.replicas.back().lost = visited.replicas.back().deleting = true;
      continue;
    }
    visited.problems.push_back(
        silent ? fmt::format("{} waits for zone '{}', which does not answer: {}", replica.instance,
                             replica.zone, seen.error().message)
               : fmt::format("{} in zone '{}': {}", replica.instance, replica.zone, seen.error().message));
    visited.replicas.push_back(replica);
  }
  co_return visited;
}

Task<Result<model::ReplicaAssignment>> WorkloadReconciler::visit(Pointer workload,
                                                                 model::ReplicaAssignment replica,
                                                                 Look& look) {
  const ResourceId id = replica_id(*workload, replica);
  if (!replica.lost) services_.leases.allow(replica.reservation);
  const auto instance = co_await services_.zones.get(replica.zone, id);
  if (!instance && instance.error().code != Code::not_found) co_return fail(instance.error());
  if (!instance) {
    replica.power_state = model::PowerState::unknown;
    if (!replica.deleting) co_return co_await make(workload, replica);
    const Result<bool> gone = co_await is_given_up(workload, replica);
    if (!gone) co_return fail(gone.error());
    if (*gone) replica.zone.clear();
    co_return replica;
  }
  if (!instance->status.moved_to.empty()) {
    // The signpost has done its work once it has been followed.
    const std::string left = std::exchange(replica.zone, instance->status.moved_to);
    services_.events.add(
        "workload", title_of(*workload), "ReplicaMoved",
        fmt::format("{} moved from zone '{}' to zone '{}'", replica.instance, left, replica.zone));
    co_return replica;
  }
  replica.power_state = instance->status.power_state;
  const auto version = instance->annotations.find(model::kTemplateAnnotation);
  look.outdated = version != instance->annotations.end() &&
                  version->second != template_version(services_.hashing, workload->spec.instance);
  look.homeless = instance->status.host.empty() && !instance->metadata.deleted_at;
  if (replica.deleting && !instance->metadata.deleted_at)
    HANSE_CO_CHECK(co_await services_.zones.remove(replica.zone, id));
  co_return replica;
}

bool WorkloadReconciler::is_lost(const model::Workload& workload, const model::ReplicaAssignment& replica) {
  const bool restarts = workload.spec.placement.failover == model::Failover::restart;
  // One that was made before the policy said so runs without a lease, whoever is silent.
  if (!restarts || !replica.leased || replica.deleting || services_.zones.is_here(replica.zone)) return false;
  if (!services_.leases.is_over(replica.reservation)) return false;
  // Before it is written, so that nothing is granted meanwhile.
  services_.leases.withhold(replica.reservation);
  services_.events.add("workload", title_of(workload), "ZoneLost",
                       fmt::format("zone '{}' does not answer and {} cannot run there any more; it is "
                                   "restarted elsewhere",
                                   replica.zone, replica.instance));
  return true;
}

// What was put and not answered may still be on its way; only without its reservation it makes nothing there.
Task<Result<bool>> WorkloadReconciler::is_given_up(Pointer workload, model::ReplicaAssignment replica) {
  if (services_.zones.is_here(replica.zone)) co_return true;
  if (!replica.reservation.empty())
    HANSE_CO_CHECK(co_await services_.zones.release(replica.zone, replica.reservation));
  const auto there = co_await services_.zones.get(replica.zone, replica_id(*workload, replica));
  if (there) co_return false;
  if (there.error().code != Code::not_found) co_return fail(there.error());
  co_return true;
}

// A refusal ends the assignment, once nothing can come by its reservation any more.
Task<Result<model::ReplicaAssignment>> WorkloadReconciler::make(Pointer workload,
                                                                model::ReplicaAssignment replica) {
  const Status made = co_await put(workload, replica);
  if (made) {
    services_.events.add("workload", title_of(*workload), "ReplicaCreated",
                         fmt::format("{} in zone '{}'", replica.instance, replica.zone));
    co_return replica;
  }
  constexpr bool kImpatient = kPlantedBug == PlantedBug::reassign_without_release;
  const bool refused = is_refusal(made.error()) || kImpatient;
  if (!refused || services_.zones.is_here(replica.zone)) co_return fail(made.error());
  const Result<bool> gone = co_await is_given_up(workload, replica);
  if (!gone && !kImpatient) co_return fail(gone.error());
  if (gone && !*gone) co_return replica;
  assigner_.remember_refusal(*workload, replica.zone, made.error().message);
  services_.events.add(
      "workload", title_of(*workload), "ReplicaRefused",
      fmt::format("{} by zone '{}': {}", replica.instance, replica.zone, made.error().message));
  replica.zone.clear();
  co_return replica;
}

Task<Status> WorkloadReconciler::put(Pointer workload, model::ReplicaAssignment replica) {
  const std::string& tenant = workload->metadata.tenant;
  const model::InstanceTemplate& wanted = workload->spec.instance;
  HANSE_CO_TRY(const auto sku, services_.tables.instance_skus.get(
                                   {.tenant = tenant, .name = model::reference_name(wanted.spec.sku_ref)}));
  ReplicaRequest request{.sku = *sku};
  const std::string& image = wanted.spec.boot_volume.source_image_ref;
  if (!image.empty()) {
    HANSE_CO_TRY(const auto found,
                 services_.tables.images.get({.tenant = tenant, .name = model::reference_name(image)}));
    request.image = *found;
  }
  const ResourceId id = replica_id(*workload, replica);
  model::Instance& instance = request.instance;
  instance.metadata = {.name = id.name, .tenant = id.tenant, .workspace = id.workspace};
  instance.labels = wanted.labels;
  instance.labels["workload"] = workload->metadata.name;
  instance.annotations[model::kWorkloadAnnotation] = replica_name(services_.zone, *workload, replica.index);
  instance.annotations[model::kTemplateAnnotation] = template_version(services_.hashing, wanted);
  instance.annotations[model::kReservationAnnotation] = replica.reservation;
  if (workload->spec.placement.spread == model::Spread::host)
    instance.annotations[model::kSpreadAnnotation] = "host";
  instance.spec = wanted.spec;
  if (replica.leased) instance.spec.failover = model::Failover::restart;
  co_return co_await services_.zones.put(replica.zone, std::move(request));
}

Task<void> WorkloadReconciler::check_policy(Pointer workload, Visited& visited) {
  PolicyKeeper::Findings findings = co_await keeper_.check(*workload, visited.replicas, visited.homeless);
  std::move(findings.problems.begin(), findings.problems.end(), std::back_inserter(visited.problems));
  for (model::ReplicaAssignment& replica : visited.replicas) {
    const auto& gone = findings.elsewhere;
    if (std::find(gone.begin(), gone.end(), replica.index) == gone.end()) continue;
    assigner_.remember_refusal(*workload, replica.zone, "no host of it took the replica");
    services_.events.add("workload", title_of(*workload), "ReplicaRefused",
                         fmt::format("no host of zone '{}' took {}", replica.zone, replica.instance));
    replica.deleting = true;
  }
}

void WorkloadReconciler::replace_one_outdated(const model::Workload& workload, Visited& visited) {
  if (visited.outdated.empty() || !is_complete(workload, visited.replicas)) return;
  const bool one_goes = std::any_of(visited.replicas.begin(), visited.replicas.end(),
                                    [](const auto& replica) { return replica.deleting && !replica.lost; });
  if (one_goes) return;
  for (model::ReplicaAssignment& replica : visited.replicas)
    replica.deleting = replica.index == visited.outdated.front();
}

Task<Result<Again>> WorkloadReconciler::finish(Pointer workload, Visited visited) {
  const ResourceId id = id_of(workload->metadata);
  if (workload->metadata.deleted_at && visited.replicas.empty()) {
    HANSE_CO_CHECK(co_await services_.tables.workloads.erase(workload));
    keeper_.forget(workload->metadata.uid);
    co_return Again();
  }
  const auto ready = std::count_if(visited.replicas.begin(), visited.replicas.end(), [](const auto& replica) {
    return !replica.deleting && replica.power_state == model::PowerState::running;
  });
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
  co_return Again(kLookAgain);
}

}  // namespace hanse::zone
