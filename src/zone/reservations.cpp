#include "zone/reservations.h"

#include <cmath>

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

PeerAdmission::Held Reservations::held_by(const std::string& peer) const {
  PeerAdmission::Held sum;
  for (const auto& [key, held] : held_) {
    if (key.first != peer) continue;
    sum.vcpu += held.vcpu;
    sum.memory += held.memory;
  }
  return sum;
}

Result<model::ReservationAnswer> Reservations::reserve(const std::string& peer,
                                                       const model::ReservationRequest& request) {
  HANSE_CHECK(check(request));
  const Key key{peer, request.id};
  if (const auto known = held_.find(key); known != held_.end()) return known->second.answer;
  if (!request.workload.starts_with(peer + "/")) {
    return fail(Code::permission_denied, "zone '{}' may reserve for its own workloads only; '{}' is none",
                peer, request.workload);
  }
  HANSE_CHECK(admission_.accepts(peer, request.tenant, request.flavour, request.sku, held_by(peer)));
  if (held_.size() >= kMaxReservations) {
    return fail(Code::resource_exhausted, "zone '{}' holds {} reservations, which is the limit", config_.name,
                kMaxReservations);
  }
  const model::Instance instance = placeholder(request, uid_of(key));
  model::InstanceSku sku;
  sku.spec = request.sku;
  placement::HostRequest host = host_request(instance, sku);
  host.spread_by_host = request.spread_by_host;
  HANSE_TRY(const std::string chosen, capacity_.reserve(instance, host));
  Held held{.tenant = request.tenant,
            .workspace = request.workspace,
            .name = request.name,
            .vcpu = request.sku.vcpu,
            .memory = request.sku.memory_mib,
            .answer = {.expires_in_seconds = model::kReservationTime.count()}};
  if (const auto price = price_of(config_, request.sku.vcpu, request.sku.memory_mib)) {
    const double factor = admission_.policy_for(peer).accepts.price_factor;
    held.answer.price = MicroEuroPerHour{std::llround(static_cast<double>(price->value) * factor)};
  }
  held.expiry = runtime_.scheduler.schedule(model::kReservationTime, [this, key] { drop(key); });
  return held_.emplace(key, std::move(held)).first->second.answer;
}

void Reservations::drop(const Key& key) {
  const auto found = held_.find(key);
  if (found == held_.end()) return;
  runtime_.scheduler.cancel(found->second.expiry);
  held_.erase(found);
  capacity_.release(uid_of(key));
}

void Reservations::release(const std::string& peer, const std::string& id) {
  drop({peer, id});
}

Status Reservations::use(const std::string& peer, const std::string& id, const std::string& tenant,
                         const std::string& workspace, const std::string& name) {
  const auto found = held_.find({peer, id});
  const bool fits = found != held_.end() && found->second.tenant == tenant &&
                    found->second.workspace == workspace && found->second.name == name;
  if (!fits) {
    return fail(Code::failed_precondition,
                "zone '{}' holds no reservation '{}' of zone '{}' for instance '{}/{}/{}'; reserve again",
                config_.name, id.substr(0, 64), peer, tenant, workspace, name);
  }
  drop({peer, id});
  return {};
}

}  // namespace hanse::zone
