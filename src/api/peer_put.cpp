#include "api/peer_put.h"

#include <optional>
#include <utility>

#include "base/planted_bug.h"
#include "model/reservation.h"

namespace hanse::api {
namespace {

bool of_zone(const std::string& workload, const std::string& zone) {
  return workload.starts_with(zone + "/");
}

std::string announced(const model::Instance& instance, const char* what) {
  const auto found = instance.annotations.find(what);
  return found == instance.annotations.end() ? std::string() : found->second;
}

std::string announced_workload(const model::Instance& instance) {
  return announced(instance, model::kWorkloadAnnotation);
}

bool is_of_same_reservation(const model::Instance& existing, const model::Instance& wanted) {
  return announced(existing, model::kReservationAnnotation) ==
         announced(wanted, model::kReservationAnnotation);
}

Result<zone::Reservations::Use> use_reservation(Context& context, const std::string& peer,
                                                const zone::ResourceId& id, const model::Instance& wanted) {
  const auto reservation = wanted.annotations.find(model::kReservationAnnotation);
  if (reservation == wanted.annotations.end()) {
    return fail(Code::failed_precondition,
                "instance '{}' of zone '{}' comes without a reservation; reserve first", to_string(id), peer);
  }
  HANSE_TRY(const auto sku, context.parts.frontends.instance_skus.get(
                                {.tenant = id.tenant, .name = model::reference_name(wanted.spec.sku_ref)}));
  return context.parts.reservations.use(peer, reservation->second, wanted, *sku);
}

tl::unexpected<Error> not_yours(const zone::ResourceId& id, const std::string& peer) {
  return fail(Code::permission_denied, "instance '{}' does not belong to a workload of zone '{}'",
              to_string(id), peer);
}

}  // namespace

Status check_peer_brings(const Context& context, const Call& call, const std::string& flavour) {
  return context.parts.membership.policy().check_may_bring(call.caller.name, id_of(call.path).tenant,
                                                           flavour);
}

bool belongs_to_peer(const model::Instance& instance, const std::string& peer) {
  // Without an entry in the status it was put but the entry was not written any more; the peer puts it again.
  const std::string& entry = instance.status.workload;
  return of_zone(entry.empty() ? announced_workload(instance) : entry, peer);
}

Task<Result<ResourceKind::Written>> put_instance_of_peer(Context& context, Call call) {
  const zone::ResourceId id = id_of(call.path);
  HANSE_CO_TRY(model::Instance wanted, read_resource<model::Instance>(id, call.request.body));
  HANSE_CO_TRY(const auto seen, seen_version(call.request));
  const std::string workload = announced_workload(wanted);
  if (!of_zone(workload, call.caller.name)) {
    co_return fail(
        Error{Code::permission_denied,
              fmt::format("zone '{}' may put instances of its own workloads only; the annotation {} "
                          "must begin with '{}/'",
                          call.caller.name, model::kWorkloadAnnotation, call.caller.name),
              {{"/annotations/hanse~1workload", {}}}});
  }
  auto& frontend = context.parts.frontends.instances;
  const auto existing = frontend.get(id);
  if (existing && !belongs_to_peer(**existing, call.caller.name)) co_return not_yours(id, call.caller.name);
  // One of the same name was made since: what comes late must not take its place, or it could not be removed.
  if (existing && !is_of_same_reservation(**existing, wanted)) {
    co_return fail(Code::failed_precondition, "instance '{}' was put by another reservation since",
                   to_string(id));
  }
  // What comes late finds its reservation gone and makes nothing that its zone has given up.
  std::optional<zone::Reservations::Use> use;  // until the instance is there
  if (!existing) {
    auto begun = use_reservation(context, call.caller.name, id, wanted);
    constexpr bool kUnreserved = kPlantedBug == PlantedBug::put_without_reservation;
    if (!begun && !kUnreserved) co_return fail(begun.error());
    if (begun) use.emplace(std::move(*begun));
  }
  const auto note = [workload, peer = call.caller.name](model::Instance& made) {
    made.status.workload = workload;
    made.status.placed_by = peer;
  };
  HANSE_CO_TRY(const auto answer, co_await frontend.put(std::move(wanted), seen, note));
  co_return written(answer.resource, answer.created);
}

Status check_instance_of_peer(const Context& context, const Call& call, const zone::ResourceId& id) {
  if (call.caller.kind != zone::CallerKind::peer || call.request.method == "PUT") return {};
  HANSE_TRY(const auto instance, context.parts.frontends.instances.get(id));
  if (!belongs_to_peer(*instance, call.caller.name)) return not_yours(id, call.caller.name);
  const std::string meant = text_parameter(call.request.query, model::kReservationParameter);
  constexpr bool kByName = kPlantedBug == PlantedBug::removal_is_by_name;
  if (!meant.empty() && meant != announced(*instance, model::kReservationAnnotation) && !kByName)
    return fail(Code::not_found, "instance '{}' was put by another reservation than that", to_string(id));
  return {};
}

}  // namespace hanse::api
