#include "zone/workloads/zone_candidates.h"

#include <algorithm>
#include <cmath>

#include "zone/federation/zone_offer.h"

namespace hanse::zone {
namespace {

void describe(const federation::ZoneDigest& digest, placement::ZoneCandidate& zone) {
  zone.provider = digest.provider;
  zone.member_state = digest.member_state;
  zone.certifications = digest.labels;
  zone.coordinates = model::Coordinates{digest.latitude, digest.longitude};
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

Result<placement::ZoneCandidate> ZoneCandidates::here(const model::Workload& workload,
                                                      const model::InstanceSku& sku) const {
  placement::ZoneCandidate zone{.name = config_.name};
  const auto no_room = [](const federation::FlavourOffer&) -> Result<std::int64_t> { return 0; };
  HANSE_TRY(federation::ZoneDigest own, offer_of(config_, {}, no_room));
  // What peers are told: a feed may know better than the configuration.
  if (const ZoneRecords::Known* said = records_.digest_of(config_.name)) own.carbon = said->digest.carbon;
  describe(own, zone);
  for (const std::string& name : peers_.names()) {
    if (const auto trip = records_.round_trip(name)) zone.round_trips.emplace(name, *trip);
  }
  zone.price = price_of(config_, sku.spec.vcpu, sku.spec.memory_mib);
  const bool by_host = workload.spec.placement.spread == model::Spread::host;
  const placement::HostRequest request{.architecture = sku.spec.architecture,
                                       .vcpu = sku.spec.vcpu,
                                       .memory = sku.spec.memory_mib,
                                       .spread_by_host = by_host};
  const std::string name = fmt::format("{}/{}", config_.name, to_string(id_of(workload.metadata)));
  HANSE_TRY(const placement::HostRoom room, capacity_.room(request, name));
  zone.fits = by_host ? room.hosts : room.instances;
  if (zone.architectures.empty()) zone.architectures.push_back(sku.spec.architecture);
  return zone;
}

placement::ZoneCandidate ZoneCandidates::peer(const std::string& name, const model::Workload& workload,
                                              const model::InstanceSku& sku) const {
  placement::ZoneCandidate zone{.name = name, .reachable = records_.reachable(name)};
  const ZoneRecords::Known* known = records_.digest_of(name);
  if (known == nullptr) {
    zone.reachable = false;
  } else {
    describe(known->digest, zone);
    if (const auto* offer = offer_for(known->digest, sku)) {
      zone.fits = offer->fits;
      zone.price = offer->price;
      const auto factor = price_factors_.find(name);
      if (zone.price && factor != price_factors_.end())
        zone.price = MicroEuroPerHour{std::llround(static_cast<double>(zone.price->value) * factor->second)};
    }
  }
  const Status given = admission_.gives(name, workload.metadata.tenant);
  if (!given) zone.refusal = given.error().message;
  if (const auto silence = records_.silence(name)) zone.age = std::chrono::duration_cast<Seconds>(*silence);
  return zone;
}

void ZoneCandidates::learn_price(const std::string& zone, const model::InstanceSku& sku,
                                 MicroEuroPerHour price) {
  const ZoneRecords::Known* known = records_.digest_of(zone);
  const auto* offer = known == nullptr ? nullptr : offer_for(known->digest, sku);
  if (offer == nullptr || !offer->price || offer->price->value <= 0) return;
  if (price_factors_.size() >= federation::kMaxPeers) price_factors_.clear();
  price_factors_[zone] = static_cast<double>(price.value) / static_cast<double>(offer->price->value);
}

// Which other workloads of the workspace have replicas where.
Status ZoneCandidates::add_workloads(const model::Workload& workload,
                                     std::vector<placement::ZoneCandidate>& zones) const {
  const auto& policy = workload.spec.placement;
  if (policy.affinity.empty() && policy.anti_affinity.empty()) return {};
  const ResourceId scope{.tenant = workload.metadata.tenant, .workspace = workload.metadata.workspace};
  HANSE_TRY(const auto others, tables_.workloads.all(scope));
  for (const auto& other : others) {
    if (other->metadata.name == workload.metadata.name) continue;
    for (placement::ZoneCandidate& zone : zones) {
      const auto& replicas = other->status.replicas;
      const bool there = std::any_of(replicas.begin(), replicas.end(), [&](const auto& replica) {
        return replica.zone == zone.name && !replica.deleting;
      });
      if (there) zone.workloads.push_back(other->metadata.name);
    }
  }
  return {};
}

Result<std::vector<placement::ZoneCandidate>> ZoneCandidates::all(const model::Workload& workload,
                                                                  const model::InstanceSku& sku) const {
  std::vector<placement::ZoneCandidate> zones;
  HANSE_TRY(placement::ZoneCandidate own, here(workload, sku));
  zones.push_back(std::move(own));
  for (const std::string& name : peers_.names()) zones.push_back(peer(name, workload, sku));
  HANSE_CHECK(add_workloads(workload, zones));
  return zones;
}

}  // namespace hanse::zone
