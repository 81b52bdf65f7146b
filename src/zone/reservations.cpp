#include "zone/reservations.h"

#include <cmath>
#include <utility>

#include "base/planted_bug.h"
#include "zone/federation/zone_offer.h"

namespace hanse::zone {
namespace {

// As the reservation is known to HostCapacity, which knows instances only.
model::Instance placeholder(const model::ReservationRequest& request, const std::string& uid) {
  model::Instance instance;
  instance.metadata = {
      .name = request.name, .tenant = request.tenant, .workspace = request.workspace, .uid = uid};
  instance.spec.machine_type = request.machine_type;
  instance.spec.cpu_model = request.cpu_model;
  instance.status.workload = request.workload;
  return instance;
}

}  // namespace

Reservations::~Reservations() {
  for (const auto& [key, held] : held_) runtime_.scheduler.cancel(held.expiry);
}

std::string Reservations::uid_of(const Key& key) {
  return "reservation " + key.first + " " + key.second;
}

Result<model::ReservationAnswer> Reservations::reserve(const std::string& peer,
                                                       const model::ReservationRequest& request) {
  HANSE_CHECK(check(request));
  const auto known = asked_.find({peer, request.id});
  if (known != asked_.end()) return held_.at(known->second).answer;
  if (!request.workload.starts_with(peer + "/")) {
    return fail(Code::permission_denied, "zone '{}' may reserve for its own workloads only; '{}' is none",
                peer, request.workload);
  }
  HANSE_CHECK(admission_.accepts(peer, request.tenant, request.flavour, request.sku));
  if (held_.size() >= kMaxReservations) {
    return fail(Code::resource_exhausted, "zone '{}' holds {} reservations, which is the limit", config_.name,
                kMaxReservations);
  }
  // Whoever asked before does not know it: a request that comes late holds room that nobody uses.
  constexpr bool kForeseen = kPlantedBug == PlantedBug::reservation_is_foreseen;
  model::ReservationAnswer answer{
      .token = kForeseen ? "again" : random_token(runtime_.random, model::kReservationDigits),
      .expires_in_seconds = model::kReservationTime.count()};
  const Key key{peer, reservation_name(request.id, answer)};
  const model::Instance instance = placeholder(request, uid_of(key));
  model::InstanceSku sku;
  sku.spec = request.sku;
  placement::HostRequest host = host_request(instance, sku);
  host.spread_by_host = request.spread_by_host;
  HANSE_TRY(const std::string chosen, capacity_.reserve(instance, host));
  Held held{.instance = {request.tenant, request.workspace, request.name},
            .flavour = request.flavour,
            .sku = request.sku,
            .promise = admission_.promise(peer, request.sku),
            .asked = request.id,
            .answer = std::move(answer)};
  if (const auto price = price_of(config_, request.sku.vcpu, request.sku.memory_mib)) {
    const double factor = admission_.policy_for(peer).accepts.price_factor;
    held.answer.price = MicroEuroPerHour{std::llround(static_cast<double>(price->value) * factor)};
  }
  if constexpr (kPlantedBug != PlantedBug::reservation_never_expires)
    held.expiry = runtime_.scheduler.schedule(model::kReservationTime, [this, key] { drop(key); });
  asked_.emplace(Key{peer, request.id}, key);
  return held_.emplace(key, std::move(held)).first->second.answer;
}

void Reservations::drop(const Key& key) {
  const auto found = held_.find(key);
  if (found == held_.end()) return;
  runtime_.scheduler.cancel(found->second.expiry);
  const ResourceId instance = found->second.instance;
  asked_.erase({key.first, found->second.asked});
  held_.erase(found);
  // What was put by it may have been written without the news of it having come.
  admission_.instance_changed(key_of(kInstanceTraits, instance));
  capacity_.release(uid_of(key));
}

Status Reservations::release(const std::string& peer, const std::string& id) {
  const auto found = held_.find({peer, id});
  if (found != held_.end() && found->second.in_use) {
    return fail(Code::unavailable, "an instance is being put by reservation '{}' right now; ask again",
                id.substr(0, 64));
  }
  drop({peer, id});
  return {};
}

Result<Reservations::Use> Reservations::use(const std::string& peer, const std::string& id,
                                            const model::Instance& instance, const model::InstanceSku& sku) {
  const auto found = held_.find({peer, id});
  const ResourceId wanted = id_of(instance.metadata);
  if (found == held_.end() || found->second.in_use || found->second.instance != wanted) {
    return fail(Code::failed_precondition,
                "zone '{}' holds no reservation '{}' of zone '{}' for instance '{}'; reserve again",
                config_.name, id.substr(0, 64), peer, to_string(wanted));
  }
  Held& held = found->second;
  if (held.flavour != model::reference_name(instance.spec.sku_ref) || held.sku != sku.spec) {
    return fail(
        Code::failed_precondition,
        "reservation '{}' is for {} vCPU and {} MiB as flavour '{}', and instance '{}' is to be of {} "
        "with {} vCPU and {} MiB; reserve what it needs, or use another name for one of the two SKUs",
        id.substr(0, 64), held.sku.vcpu.value, held.sku.memory_mib.value, held.flavour, to_string(wanted),
        instance.spec.sku_ref, sku.spec.vcpu.value, sku.spec.memory_mib.value);
  }
  // Whoever uses it drops it, not the clock.
  runtime_.scheduler.cancel(std::exchange(held.expiry, TimerId::none));
  held.in_use = true;
  capacity_.release(uid_of(found->first));
  return Use(*this, peer, id);
}

}  // namespace hanse::zone
