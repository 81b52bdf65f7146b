#include "zone/workloads/assigner.h"

#include <cmath>

#include "base/planted_bug.h"
#include "placement/planner.h"

namespace hanse::zone {
namespace {

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

}  // namespace

Task<Result<Assigner::Assigned>> Assigner::assign(model::Workload workload, model::InstanceSku sku,
                                                  Replicas replicas) {
  constexpr bool kForgets = kPlantedBug == PlantedBug::spread_forgets_promised;
  const Replicas before = kForgets ? replicas : Replicas();
  Assigned assigned{.replicas = std::move(replicas)};
  assigned.problem = wrong_architecture(workload, sku);
  if (!assigned.problem.empty()) co_return assigned;
  std::map<std::string, std::int64_t> promised;
  const auto question_of = [&](std::int32_t index) {
    return ZoneChooser::Question{.workload = workload,
                                 .sku = sku,
                                 .replicas = kForgets ? before : assigned.replicas,
                                 .index = index,
                                 .promised = promised};
  };
  for (model::ReplicaAssignment& replica : assigned.replicas) {
    if (!replica.zone.empty() || replica.deleting) continue;
    const ZoneChooser::Question question = question_of(replica.index);
    HANSE_CO_TRY(const bool placed, co_await place(question, replica));
    if (placed) {
      ++promised[replica.zone];
    } else {
      HANSE_CO_TRY(assigned.problem, why_none(question, replica));
    }
  }
  while (workload.spec.placement.per_zone && !workload.metadata.deleted_at) {
    model::ReplicaAssignment next = new_replica(workload, next_index(assigned.replicas));
    const ZoneChooser::Question question = question_of(next.index);
    HANSE_CO_TRY(const bool placed, co_await place(question, next));
    if (!placed) {
      // That no further zone takes one is how it should end.
      if (assigned.replicas.empty()) {
        HANSE_CO_TRY(assigned.problem, why_none(question, next));
      }
      break;
    }
    ++promised[next.zone];
    assigned.replicas.push_back(std::move(next));
  }
  co_return assigned;
}

Task<Result<bool>> Assigner::place(ZoneChooser::Question question, model::ReplicaAssignment& replica) {
  // Each turn passes over one zone more.
  for (std::size_t turn = 0; turn <= chooser_.zones(); ++turn) {
    question.passed_over = refusals_.passed_over(question.workload, question.replicas);
    HANSE_CO_TRY(const std::string zone, chooser_.choose(question));
    if (zone.empty()) break;
    const Status reserved = co_await reserve(question.workload, question.sku, zone, replica);
    if (reserved) {
      replica.zone = zone;
      co_return true;
    }
    refusals_.remember(question.workload, zone, reserved.error().message);
  }
  co_return false;
}

Result<std::string> Assigner::why_none(ZoneChooser::Question question,
                                       const model::ReplicaAssignment& replica) const {
  question.passed_over = refusals_.passed_over(question.workload, question.replicas);
  HANSE_TRY(const placement::Decision decision, chooser_.decide_with_reasons(question));
  return placement::why_not(decision, "replica '" + replica.instance + "'").message;
}

Task<Status> Assigner::try_zone(model::Workload workload, model::InstanceSku sku, std::string zone,
                                model::ReplicaAssignment replica) {
  HANSE_CO_CHECK(co_await reserve(workload, sku, zone, replica));
  if (zones_.is_here(zone)) co_return Status();
  co_return co_await zones_.release(zone, replica.reservation);
}

Task<Status> Assigner::reserve(model::Workload workload, model::InstanceSku sku, std::string zone,
                               model::ReplicaAssignment& replica) {
  replica.reservation = random_token(runtime_.random, model::kReservationDigits);
  replica.leased = workload.spec.placement.failover == model::Failover::restart;
  if (zones_.is_here(zone)) co_return Status();
  const auto answer = co_await zones_.reserve(zone, reservation_of(workload, sku, replica, zone_));
  if (!answer) co_return fail(answer.error());
  HANSE_CO_CHECK(check(*answer));
  replica.reservation = reservation_name(replica.reservation, *answer);
  // The digest said the price for everybody; this one is for us.
  const std::optional<MicroEuroPerHour> price = answer->price;
  if (price) chooser_.learn_price(zone, sku, *price);
  const std::optional<double> ceiling = workload.spec.placement.max_euro_per_hour;
  if (!ceiling) co_return Status();
  if (price && price->value <= std::llround(*ceiling * kMicrosPerEuro)) co_return Status();
  (void)co_await zones_.release(zone, replica.reservation);
  co_return fail(Code::failed_precondition,
                 "it asks {} micro-euro an hour of this zone and the ceiling is {} euro",
                 price.value_or(MicroEuroPerHour{}).value, *ceiling);
}

}  // namespace hanse::zone
