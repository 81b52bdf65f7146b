#include "zone/workloads/zone_candidates.h"

#include <algorithm>
#include <cmath>

#include "zone/federation/zone_offer.h"

namespace hanse::zone {
namespace {

void add_digest(const federation::ZoneDigest& digest, placement::ZoneCandidate& zone) {
  zone.provider = digest.provider;
  zone.member_state = digest.member_state;
  zone.certifications = digest.labels;
  if (digest.latitude && digest.longitude)
    zone.coordinates = model::Coordinates{*digest.latitude, *digest.longitude};
  for (const federation::FlavourOffer& offer : digest.flavours) {
    auto& known = zone.architectures;
    if (std::find(known.begin(), known.end(), offer.architecture) == known.end())
      known.push_back(offer.architecture);
  }
  if (digest.carbon) {
    zone.carbon = digest.carbon->grams_per_kwh;
    zone.carbon_source = digest.carbon->source;
  }
  for (const federation::RoundTripFigure& figure : digest.round_trips)
    zone.round_trips.emplace(figure.zone, Micros{figure.micros});
}

}  // namespace

std::vector<std::string> ZoneCandidates::names() const {
  std::vector<std::string> names = {config_.name};
  names.insert(names.end(), peers_.names().begin(), peers_.names().end());
  return names;
}

placement::ZoneCandidate ZoneCandidates::describe(const std::string& zone) const {
  placement::ZoneCandidate described{.name = zone};
  const ZoneRecords::Known* known = records_.digest_of(zone);
  if (is_here(zone)) {
    federation::ZoneDigest own = place_of(config_);
    // What peers are told: a feed may know better than the configuration, and SKUs add architectures.
    if (known != nullptr) {
      own.carbon = known->digest.carbon;
      own.flavours = known->digest.flavours;
    }
    add_digest(own, described);
    for (const std::string& name : peers_.names()) {
      if (const auto trip = records_.round_trip(name)) described.round_trips.emplace(name, *trip);
    }
    return described;
  }
  described.reachable = known != nullptr && records_.reachable(zone);
  if (known != nullptr) add_digest(known->digest, described);
  if (const auto silence = records_.silence(zone))
    described.age = std::chrono::duration_cast<Seconds>(*silence);
  return described;
}

Result<ZoneCandidates::Offered> ZoneCandidates::offered_here(const model::Workload& workload,
                                                             const model::InstanceSku& sku) const {
  const bool by_host = workload.spec.placement.spread == model::Spread::host;
  const placement::HostRequest request{.architecture = sku.spec.architecture,
                                       .vcpu = sku.spec.vcpu,
                                       .memory = sku.spec.memory_mib,
                                       .spread_by_host = by_host};
  const std::string name = fmt::format("{}/{}", config_.name, to_string(id_of(workload.metadata)));
  HANSE_TRY(const placement::HostRoom room, capacity_.room(request, name));
  return Offered{.price = price_of(config_, sku.spec.vcpu, sku.spec.memory_mib),
                 .price_source = placement::PriceSource::own,
                 .fits = by_host ? room.hosts : room.instances};
}

ZoneCandidates::Offered ZoneCandidates::offered_by_peer(const std::string& zone, const std::string& tenant,
                                                        const model::InstanceSku& sku) const {
  Offered offered;
  const ZoneRecords::Known* known = records_.digest_of(zone);
  if (const auto* offer = known == nullptr ? nullptr : offer_for(known->digest, sku)) {
    offered.fits = offer->fits;
    offered.price = offer->price;
    const auto agreed = agreed_.find(zone);
    if (offered.price && agreed != agreed_.end() && clock_.now() < agreed->second.until) {
      offered.price =
          MicroEuroPerHour{std::llround(static_cast<double>(offered.price->value) * agreed->second.factor)};
      offered.price_source = placement::PriceSource::agreed;
    }
  }
  const Status given = admission_.gives(zone, tenant);
  if (!given) offered.refusal = given.error().message;
  return offered;
}

void ZoneCandidates::learn_price(const std::string& zone, const model::InstanceSku& sku,
                                 MicroEuroPerHour price) {
  const ZoneRecords::Known* known = records_.digest_of(zone);
  const auto* offer = known == nullptr ? nullptr : offer_for(known->digest, sku);
  if (offer == nullptr || !offer->price || offer->price->value <= 0) return;
  if (agreed_.size() >= federation::kMaxPeers)
    std::erase_if(agreed_, [&](const auto& entry) { return peers_.find(entry.first) == nullptr; });
  const double factor = static_cast<double>(price.value) / static_cast<double>(offer->price->value);
  agreed_.insert_or_assign(zone, Agreed{factor, clock_.now() + kAgreedPriceMemory});
}

Result<ZoneCandidates::Places> ZoneCandidates::places_of(const model::Workload& workload,
                                                         const std::string& other) const {
  Places places;
  // It is no neighbour of itself.
  if (other == workload.metadata.name) return places;
  const auto found = tables_.workloads.get({workload.metadata.tenant, workload.metadata.workspace, other});
  if (!found && found.error().code == Code::not_found) return places;
  if (!found) return fail(found.error());
  places.version = (*found)->metadata.resource_version;
  for (const model::ReplicaAssignment& replica : (*found)->status.replicas) {
    if (!replica.deleting && !replica.zone.empty()) places.zones.push_back(replica.zone);
  }
  return places;
}

// Which of those that the policy names have replicas where.
Status ZoneCandidates::add_workloads(const model::Workload& workload,
                                     std::vector<placement::ZoneCandidate>& zones) const {
  const auto add = [&](const std::string& name) -> Status {
    HANSE_TRY(const Places places, places_of(workload, name));
    for (placement::ZoneCandidate& zone : zones) {
      const auto& there = places.zones;
      if (std::find(there.begin(), there.end(), zone.name) != there.end()) zone.workloads.push_back(name);
    }
    return {};
  };
  for (const std::string& name : workload.spec.placement.affinity) HANSE_CHECK(add(name));
  for (const std::string& name : workload.spec.placement.anti_affinity) HANSE_CHECK(add(name));
  return {};
}

Result<std::vector<placement::ZoneCandidate>> ZoneCandidates::some(
    const model::Workload& workload, const model::InstanceSku& sku,
    const std::vector<std::string>& names) const {
  std::vector<placement::ZoneCandidate> zones;
  for (const std::string& name : names) {
    if (!is_here(name) && peers_.find(name) == nullptr) continue;
    placement::ZoneCandidate zone = describe(name);
    Offered offered;
    if (is_here(name)) {
      HANSE_TRY(offered, offered_here(workload, sku));
    } else {
      offered = offered_by_peer(name, workload.metadata.tenant, sku);
    }
    zone.price = offered.price;
    zone.price_source = offered.price_source;
    zone.fits = offered.fits;
    zone.refusal = std::move(offered.refusal);
    zones.push_back(std::move(zone));
  }
  HANSE_CHECK(add_workloads(workload, zones));
  return zones;
}

}  // namespace hanse::zone
