#include "zone/workloads/assigner.h"

#include <cmath>

#include "placement/planner.h"

namespace hanse::zone {
namespace {

constexpr int kReservationDigits = 24;
constexpr double kMicrosPerEuro = 1'000'000;

placement::ZoneRequest request_of(const model::Workload& workload) {
  return {.policy = workload.spec.placement, .replicas = workload.spec.replicas};
}

model::ReservationRequest reservation_of(const model::Workload& workload, const model::InstanceSku& sku,
                                         const model::ReplicaAssignment& replica, const std::string& zone) {
  return {.id = replica.reservation,
          .tenant = workload.metadata.tenant,
          .workspace = workload.metadata.workspace,
          .name = replica.instance,
          .workload = replica_name(zone, workload, replica.index),
          .flavour = sku.metadata.name,
          .sku = sku.spec,
          .spread_by_host = workload.spec.placement.spread == model::Spread::host,
          .machine_type = workload.spec.instance.spec.machine_type,
          .cpu_model = workload.spec.instance.spec.cpu_model};
}

// A replica of the same name would be taken for the lost one, or the lost one for it.
void refuse_with_lost(const Replicas& replicas, std::vector<placement::ZoneCandidate>& zones) {
  for (const model::ReplicaAssignment& replica : replicas) {
    if (!replica.lost) continue;
    for (placement::ZoneCandidate& zone : zones) {
      if (zone.name == replica.zone && zone.refusal.empty())
        zone.refusal = fmt::format("it has not removed {}, which was lost in it", replica.instance);
    }
  }
}

}  // namespace

void Assigner::remember_refusal(const model::Workload& workload, const std::string& zone,
                                std::string message) {
  const MonotonicTime now = runtime_.clock.now();
  std::erase_if(refusals_, [&](const auto& entry) { return entry.second.until <= now; });
  refusals_.insert_or_assign({workload.metadata.uid, zone},
                             Refusal{now + kRefusalMemory, std::move(message)});
}

void Assigner::apply_refusals(const model::Workload& workload, Zones& zones) {
  const MonotonicTime now = runtime_.clock.now();
  for (placement::ZoneCandidate& zone : zones) {
    const auto refusal = refusals_.find({workload.metadata.uid, zone.name});
    if (refusal != refusals_.end() && refusal->second.until > now && zone.refusal.empty())
      zone.refusal = refusal->second.message;
  }
}

Task<Result<Assigner::Assigned>> Assigner::assign(model::Workload workload, model::InstanceSku sku,
                                                  Replicas replicas) {
  HANSE_CO_TRY(Zones zones, candidates_.all(workload, sku));
  apply_refusals(workload, zones);
  refuse_with_lost(replicas, zones);
  Assigned assigned{.replicas = std::move(replicas)};
  for (model::ReplicaAssignment& replica : assigned.replicas) {
    if (!replica.zone.empty() || replica.deleting) continue;
    count_replicas(assigned.replicas, replica.index, zones);
    (void)co_await place(workload, sku, replica, zones, assigned.problem);
  }
  while (workload.spec.placement.per_zone && !workload.metadata.deleted_at) {
    model::ReplicaAssignment next = new_replica(workload, next_index(assigned.replicas));
    count_replicas(assigned.replicas, next.index, zones);
    std::string full;
    if (!co_await place(workload, sku, next, zones, full)) {
      // That no further zone takes one is how it should end.
      if (assigned.replicas.empty()) assigned.problem = full;
      break;
    }
    assigned.replicas.push_back(std::move(next));
  }
  co_return assigned;
}

Task<bool> Assigner::place(model::Workload workload, model::InstanceSku sku,
                           model::ReplicaAssignment& replica, Zones& zones, std::string& problem) {
  // Each turn takes one zone out.
  for (std::size_t turn = 0; turn <= zones.size(); ++turn) {
    const placement::Decision decision = placement::choose_zone(request_of(workload), zones);
    if (decision.chosen.empty()) {
      problem = placement::why_not(decision, "replica '" + replica.instance + "'").message;
      co_return false;
    }
    const Status reserved = co_await reserve(workload, sku, decision.chosen, replica);
    if (reserved) {
      replica.zone = decision.chosen;
      for (placement::ZoneCandidate& zone : zones)
        if (zone.name == decision.chosen) --zone.fits;
      co_return true;
    }
    remember_refusal(workload, decision.chosen, reserved.error().message);
    apply_refusals(workload, zones);
  }
  co_return false;
}

Task<Status> Assigner::try_zone(model::Workload workload, model::InstanceSku sku, std::string zone,
                                model::ReplicaAssignment replica) {
  HANSE_CO_CHECK(co_await reserve(workload, sku, zone, replica));
  if (zones_.is_here(zone)) co_return Status();
  co_return co_await zones_.release(zone, replica.reservation);
}

Task<Status> Assigner::reserve(model::Workload workload, model::InstanceSku sku, std::string zone,
                               model::ReplicaAssignment& replica) {
  replica.reservation = random_token(runtime_.random, kReservationDigits);
  replica.leased = workload.spec.placement.failover == model::Failover::restart;
  if (zones_.is_here(zone)) co_return Status();
  const auto answer = co_await zones_.reserve(zone, reservation_of(workload, sku, replica, zone_));
  if (!answer) co_return fail(answer.error());
  // The digest said the price for everybody; this one is for us.
  if (answer->price) candidates_.learn_price(zone, sku, *answer->price);
  const std::optional<double> ceiling = workload.spec.placement.max_euro_per_hour;
  if (!ceiling) co_return Status();
  const std::optional<MicroEuroPerHour> price = answer->price;
  if (price && price->value <= std::llround(*ceiling * kMicrosPerEuro)) co_return Status();
  (void)co_await zones_.release(zone, replica.reservation);
  co_return fail(Code::failed_precondition,
                 "it asks {} micro-euro an hour of this zone and the ceiling is {} euro",
                 price.value_or(MicroEuroPerHour{}).value, *ceiling);
}

}  // namespace hanse::zone
