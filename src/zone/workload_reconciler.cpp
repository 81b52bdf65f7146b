#include "zone/workload_reconciler.h"

#include <algorithm>
#include <fmt/ranges.h>

#include "placement/planner.h"

namespace hanse::zone {
namespace {

// Replicas in other zones do not announce themselves.
constexpr Nanos kLookAgain = Seconds{2};

std::string title_of(const model::Workload& workload) {
  return to_string(id_of(workload.metadata));
}

ResourceId replica_id(const model::Workload& workload, const model::ReplicaAssignment& replica) {
  return {workload.metadata.tenant, workload.metadata.workspace, replica.instance};
}

}  // namespace

std::vector<model::ReplicaAssignment> wanted_replicas(const model::Workload& workload) {
  const std::int32_t count = workload.metadata.deleted_at ? 0 : workload.spec.replicas;
  std::vector<model::ReplicaAssignment> replicas = workload.status.replicas;
  for (model::ReplicaAssignment& replica : replicas)
    replica.deleting = replica.deleting || replica.index >= count;
  for (std::int32_t index = 0; index < count; ++index) {
    const bool known = std::any_of(replicas.begin(), replicas.end(),
                                   [&](const auto& replica) { return replica.index == index; });
    if (!known)
      replicas.push_back({.index = index, .instance = fmt::format("{}-{}", workload.metadata.name, index)});
  }
  std::sort(replicas.begin(), replicas.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
  return replicas;
}

Task<Result<Again>> WorkloadReconciler::reconcile(std::string key) {
  const ResourceId id = id_of_key(KindOf<model::Workload>::kTraits, key);
  const auto workload = tables_.workloads.get(id);
  if (!workload) {
    if (workload.error().code == Code::not_found) co_return Again();
    co_return fail(workload.error());
  }
  HANSE_CO_TRY(const bool changed, co_await assign(*workload));
  if (changed) co_return Again();  // the write calls this step again
  std::vector<std::string> problems;
  HANSE_CO_TRY(Replicas replicas, co_await visit_all(*workload, problems));
  co_return co_await finish(*workload, std::move(replicas), std::move(problems));
}

Task<Result<bool>> WorkloadReconciler::assign(Pointer workload) {
  Replicas replicas = wanted_replicas(*workload);
  std::string problem;
  const bool incomplete =
      std::any_of(replicas.begin(), replicas.end(), [](const auto& replica) { return replica.zone.empty(); });
  if (incomplete) {
    const std::string sku_name = model::reference_name(workload->spec.instance.spec.sku_ref);
    const auto sku = tables_.instance_skus.get({.tenant = workload->metadata.tenant, .name = sku_name});
    if (!sku) co_return fail(sku.error());
    HANSE_CO_TRY(std::vector<placement::ZoneCandidate> zones, co_await zones_.candidates(**sku));
    for (model::ReplicaAssignment& replica : replicas) {
      if (!replica.zone.empty() || replica.deleting) continue;
      for (placement::ZoneCandidate& zone : zones) {
        zone.replicas =
            static_cast<std::int32_t>(std::count_if(replicas.begin(), replicas.end(), [&](const auto& other) {
              return !other.deleting && other.zone == zone.name;
            }));
      }
      const placement::Decision decision = placement::choose_zone({workload->spec.placement}, zones);
      replica.zone = decision.chosen;
      if (decision.chosen.empty())
        problem = placement::why_not(decision, "replica '" + replica.instance + "'").message;
    }
  }
  // What has no zone yet, or never had one and is not wanted any more, is not kept.
  std::erase_if(replicas, [](const auto& replica) { return replica.zone.empty(); });
  const std::string now = to_rfc3339(runtime_.clock.wall_now());
  const auto written =
      co_await tables_.workloads.update(id_of(workload->metadata), [&](model::Workload& changed) -> Status {
        if (changed.metadata.resource_version != workload->metadata.resource_version) {
          return fail(Code::aborted, "workload '{}' changed meanwhile", title_of(*workload));
        }
        changed.status.replicas = replicas;
        if (!problem.empty()) {
          model::add_condition(changed.status.conditions,
                               {model::ResourceState::creating, "Placed", "NoZone", problem, now});
        }
        return {};
      });
  if (!written) co_return fail(written.error());
  co_return written->metadata.resource_version != workload->metadata.resource_version;
}

Task<Result<WorkloadReconciler::Replicas>> WorkloadReconciler::visit_all(Pointer workload,
                                                                         std::vector<std::string>& problems) {
  Replicas now;
  for (const model::ReplicaAssignment& replica : workload->status.replicas) {
    const auto seen = co_await visit(workload, replica);
    if (seen) {
      if (!seen->zone.empty()) now.push_back(*seen);
    } else {
      problems.push_back(
          fmt::format("{} in zone '{}': {}", replica.instance, replica.zone, seen.error().message));
      now.push_back(replica);
    }
  }
  co_return now;
}

// An answer without a zone: it is gone, and was meant to be.
Task<Result<model::ReplicaAssignment>> WorkloadReconciler::visit(Pointer workload,
                                                                 model::ReplicaAssignment replica) {
  const ResourceId id = replica_id(*workload, replica);
  const auto instance = co_await zones_.get(replica.zone, id);
  if (!instance && instance.error().code != Code::not_found) co_return fail(instance.error());
  if (!instance) {
    replica.power_state = model::PowerState::unknown;
    if (replica.deleting) {
      replica.zone.clear();
    } else {
      HANSE_CO_CHECK(co_await make(workload, replica));
    }
    co_return replica;
  }
  if (!instance->status.moved_to.empty()) {
    // The signpost has done its work once it has been followed.
    const std::string left = std::exchange(replica.zone, instance->status.moved_to);
    events_.add("workload", title_of(*workload), "ReplicaMoved",
                fmt::format("{} moved from zone '{}' to zone '{}'", replica.instance, left, replica.zone));
    co_return replica;
  }
  replica.power_state = instance->status.power_state;
  if (replica.deleting && !instance->metadata.deleted_at)
    HANSE_CO_CHECK(co_await zones_.remove(replica.zone, id));
  co_return replica;
}

Task<Status> WorkloadReconciler::make(Pointer workload, model::ReplicaAssignment replica) {
  const std::string& tenant = workload->metadata.tenant;
  const model::InstanceTemplate& wanted = workload->spec.instance;
  HANSE_CO_TRY(const auto sku, tables_.instance_skus.get(
                                   {.tenant = tenant, .name = model::reference_name(wanted.spec.sku_ref)}));
  ReplicaRequest request{.sku = *sku};
  const std::string& image = wanted.spec.boot_volume.source_image_ref;
  if (!image.empty()) {
    HANSE_CO_TRY(const auto found,
                 tables_.images.get({.tenant = tenant, .name = model::reference_name(image)}));
    request.image = *found;
  }
  const ResourceId id = replica_id(*workload, replica);
  request.instance.metadata = {.name = id.name, .tenant = id.tenant, .workspace = id.workspace};
  request.instance.labels = wanted.labels;
  request.instance.labels["workload"] = workload->metadata.name;
  request.instance.annotations["hanse/workload"] =
      fmt::format("{}/{}#{}", zone_, title_of(*workload), replica.index);
  request.instance.spec = wanted.spec;
  HANSE_CO_CHECK(co_await zones_.put(replica.zone, std::move(request)));
  events_.add("workload", title_of(*workload), "ReplicaCreated",
              fmt::format("{} in zone '{}'", replica.instance, replica.zone));
  co_return Status();
}

Task<Result<Again>> WorkloadReconciler::finish(Pointer workload, Replicas replicas,
                                               std::vector<std::string> problems) {
  const ResourceId id = id_of(workload->metadata);
  if (workload->metadata.deleted_at && replicas.empty()) {
    HANSE_CO_CHECK(co_await tables_.workloads.erase(workload));
    co_return Again();
  }
  const auto ready = std::count_if(replicas.begin(), replicas.end(), [](const auto& replica) {
    return !replica.deleting && replica.power_state == model::PowerState::running;
  });
  const std::string now = to_rfc3339(runtime_.clock.wall_now());
  const auto written = co_await tables_.workloads.update(id, [&](model::Workload& changed) -> Status {
    if (changed.status.replicas.size() != workload->status.replicas.size())
      return {};  // assigned anew meanwhile
    changed.status.replicas = replicas;
    changed.status.ready = static_cast<std::int32_t>(ready);
    if (changed.metadata.deleted_at) return {};
    const bool complete = ready == changed.spec.replicas;
    const bool was_active = changed.status.state == model::ResourceState::active;
    changed.status.state =
        complete ? model::ResourceState::active
                 : (was_active ? model::ResourceState::updating : model::ResourceState::creating);
    if (complete)
      model::add_condition(changed.status.conditions, {changed.status.state, "Ready", "AllRunning", "", now});
    if (!problems.empty()) {
      const std::string message = fmt::format("{}", fmt::join(problems, "; "));
      model::add_condition(changed.status.conditions,
                           {changed.status.state, "Ready", "ReplicaProblem", message, now});
    }
    return {};
  });
  if (!written) co_return fail(written.error());
  co_return Again(kLookAgain);
}

}  // namespace hanse::zone
