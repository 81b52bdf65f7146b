#include "zone/workloads/replica_visits.h"

#include <algorithm>

#include "base/planted_bug.h"
#include "base/scope.h"

namespace hanse::zone {
namespace {

ResourceId replica_id(const model::Workload& workload, const model::ReplicaAssignment& replica) {
  return {workload.metadata.tenant, workload.metadata.workspace, replica.instance};
}

// Another zone can be asked instead; there is nothing that could be there in spite of it.
bool is_refusal(const Error& error) {
  return error.code == Code::permission_denied || error.code == Code::resource_exhausted ||
         error.code == Code::failed_precondition;
}

// Empty: it is of before there were reservations everywhere.
std::string put_by(const model::Instance& instance) {
  const auto mark = instance.annotations.find(model::kReservationAnnotation);
  return mark == instance.annotations.end() ? std::string() : mark->second;
}

// Names are used again.
bool is_of(const model::Instance& instance, const model::ReplicaAssignment& replica) {
  const std::string mark = put_by(instance);
  return mark.empty() || mark == replica.reservation;
}

// The annotation by which a zone spreads replicas over its hosts; empty: it need not.
std::string spread_mark(const model::Workload& workload) {
  return workload.spec.placement.spread == model::Spread::host ? "host" : "";
}

}  // namespace

Task<void> ReplicaVisits::visit_some(Pointer workload, std::size_t& next, Looks& looks) {
  while (next < looks.size()) {
    Look& look = looks[next];
    const model::ReplicaAssignment& replica = workload->status.replicas[next++];
    look.replica = co_await visit(workload, replica, look);
  }
}

Task<ReplicaVisits::Visited> ReplicaVisits::visit_all(Pointer workload) {
  const Replicas& replicas = workload->status.replicas;
  Looks looks(replicas.size());
  std::size_t next = 0;
  Scope visits;
  for (std::size_t i = 0; i < std::min(kVisitsAtOnce, replicas.size()); ++i)
    static_cast<void>(visits.spawn(visit_some(workload, next, looks)));
  co_await visits.wait_idle();
  Visited visited;
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    const model::ReplicaAssignment& replica = replicas[i];
    const Look& look = looks[i];
    const auto& seen = look.replica;
    if (look.outdated && !replica.deleting) visited.outdated.push_back(replica.index);
    if (look.homeless && !replica.deleting) visited.homeless.push_back(replica.index);
    if (!look.host.empty() && !replica.deleting) visited.hosts.emplace(replica.index, look.host);
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
      model::ReplicaAssignment& lost = visited.replicas.emplace_back(replica);
      lost.lost = lost.deleting = true;
      lost.power_state = model::PowerState::unknown;
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

Task<Result<model::ReplicaAssignment>> ReplicaVisits::visit(Pointer workload,
                                                            model::ReplicaAssignment replica, Look& look) {
  const ResourceId id = replica_id(*workload, replica);
  // What was withheld is written by now, and so refused, or it was not, and is judged anew.
  services_.leases.allow(replica.reservation);
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
  if (!is_of(*instance, replica)) co_return co_await meet_other(workload, replica, *instance);
  if (!instance->status.moved_to.empty()) {
    // The signpost has done its work once it has been followed.
    const std::string left = std::exchange(replica.zone, instance->status.moved_to);
    services_.events.add(
        "workload", to_string(id_of(workload->metadata)), "ReplicaMoved",
        fmt::format("{} moved from zone '{}' to zone '{}'", replica.instance, left, replica.zone));
    co_return replica;
  }
  replica.power_state = instance->status.power_state;
  const auto version = instance->annotations.find(model::kTemplateAnnotation);
  look.outdated = version != instance->annotations.end() &&
                  version->second != template_version(services_.hashing, workload->spec.instance);
  const model::Power power = workload->spec.instance.spec.power;
  look.homeless = instance->status.host.empty() && !instance->metadata.deleted_at;
  look.host = instance->status.host;
  if (replica.deleting && !instance->metadata.deleted_at)
    HANSE_CO_CHECK(co_await services_.zones.remove(replica.zone, id, put_by(*instance)));
  const bool settled =
      !replica.deleting && !instance->metadata.deleted_at && instance->status.transfer.empty();
  if (settled && instance->spec.power != power)
    HANSE_CO_CHECK(co_await services_.zones.set_power(replica.zone, id, power));
  if (settled) HANSE_CO_CHECK(co_await keep_spread(workload, replica.zone, *instance));
  co_return replica;
}

Task<Status> ReplicaVisits::keep_spread(Pointer workload, std::string zone, model::Instance instance) {
  const std::string wanted = spread_mark(*workload);
  auto& annotations = instance.annotations;
  const auto known = annotations.find(model::kSpreadAnnotation);
  if ((known == annotations.end() ? "" : known->second) == wanted) co_return Status();
  if (wanted.empty()) {
    annotations.erase(known);
  } else {
    annotations.insert_or_assign(model::kSpreadAnnotation, wanted);
  }
  co_return co_await services_.zones.change(std::move(zone), std::move(instance));
}

// Of the same name, but by another assignment: what was lost there, long ago.
Task<Result<model::ReplicaAssignment>> ReplicaVisits::meet_other(Pointer workload,
                                                                 model::ReplicaAssignment replica,
                                                                 model::Instance other) {
  replica.power_state = model::PowerState::unknown;
  if (replica.deleting) {
    replica.zone.clear();
    co_return replica;
  }
  if (!other.metadata.deleted_at)
    HANSE_CO_CHECK(
        co_await services_.zones.remove(replica.zone, replica_id(*workload, replica), put_by(other)));
  co_return fail(Code::failed_precondition, "an older copy of it is being removed there first");
}

bool ReplicaVisits::is_lost(const model::Workload& workload, const model::ReplicaAssignment& replica) {
  const bool restarts = workload.spec.placement.failover == model::Failover::restart;
  // One that was made before the policy said so runs without a lease, whoever is silent.
  if (!restarts || !replica.leased || services_.zones.is_here(replica.zone)) return false;
  if (!services_.leases.is_over(replica.reservation)) return false;
  // It moved here, or is about to: this zone asks nobody for a lease.
  const auto here = services_.tables.instances.get(replica_id(workload, replica));
  if (here && is_of(**here, replica) && (*here)->status.moved_to.empty()) return false;
  // Before it is written, so that nothing is granted meanwhile.
  services_.leases.withhold(replica.reservation);
  services_.events.add("workload", to_string(id_of(workload.metadata)), "ZoneLost",
                       fmt::format("zone '{}' does not answer and {} cannot run there any more; it is "
                                   "restarted elsewhere",
                                   replica.zone, replica.instance));
  return true;
}

// What was put and not answered may still be on its way; only without its reservation it makes nothing there.
Task<Result<bool>> ReplicaVisits::is_given_up(Pointer workload, model::ReplicaAssignment replica) {
  if (services_.zones.is_here(replica.zone)) co_return true;
  if (!replica.reservation.empty())
    HANSE_CO_CHECK(co_await services_.zones.release(replica.zone, replica.reservation));
  const auto there = co_await services_.zones.get(replica.zone, replica_id(*workload, replica));
  if (there) co_return false;
  if (there.error().code != Code::not_found) co_return fail(there.error());
  co_return true;
}

// A refusal ends the assignment, once nothing can come by its reservation any more.
Task<Result<model::ReplicaAssignment>> ReplicaVisits::make(Pointer workload,
                                                           model::ReplicaAssignment replica) {
  const Status made = co_await put(workload, replica);
  if (made) {
    services_.events.add("workload", to_string(id_of(workload->metadata)), "ReplicaCreated",
                         fmt::format("{} in zone '{}'", replica.instance, replica.zone));
    co_return replica;
  }
  constexpr bool kImpatient = kPlantedBug == PlantedBug::reassign_without_release;
  const bool refused = is_refusal(made.error()) || kImpatient;
  if (!refused || services_.zones.is_here(replica.zone)) co_return fail(made.error());
  const Result<bool> gone = co_await is_given_up(workload, replica);
  if (!gone && !kImpatient) co_return fail(gone.error());
  if (gone && !*gone) co_return replica;
  services_.refusals.remember(*workload, replica.zone, made.error().message);
  services_.events.add(
      "workload", to_string(id_of(workload->metadata)), "ReplicaRefused",
      fmt::format("{} by zone '{}': {}", replica.instance, replica.zone, made.error().message));
  replica.zone.clear();
  co_return replica;
}

Task<Status> ReplicaVisits::put(Pointer workload, model::ReplicaAssignment replica) {
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
  if (const std::string spread = spread_mark(*workload); !spread.empty())
    instance.annotations[model::kSpreadAnnotation] = spread;
  instance.spec = wanted.spec;
  if (replica.leased) instance.spec.failover = model::Failover::restart;
  co_return co_await services_.zones.put(replica.zone, std::move(request));
}

}  // namespace hanse::zone
