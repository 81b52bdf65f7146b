#include "placement/zone_index.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "placement/listed.h"
#include "placement/member_states.h"

namespace hanse::placement {
namespace {

double number_of(const auto& stated) {
  return stated ? static_cast<double>(stated->value) : kUnknown;
}

void set_in(ZoneSets& sets, const std::string& name, std::size_t position, std::size_t positions) {
  sets.try_emplace(name, positions).first->second.set(position);
}

void reset_in(ZoneSets& sets, const std::string& name, std::size_t position) {
  if (const auto found = sets.find(name); found != sets.end()) found->second.reset(position);
}

}  // namespace

std::optional<std::size_t> ZoneIndex::find(const std::string& name) const {
  const auto found = positions_.find(name);
  return found == positions_.end() ? std::nullopt : std::optional(found->second);
}

void ZoneIndex::put(ZoneCandidate zone) {
  const auto position = find(zone.name);
  if (!position) {
    zone.workloads.clear();
    positions_.emplace(zone.name, zones_.size());
    zones_.push_back(std::move(zone));
    offers_of_zone_.emplace_back();
    sorted_ = false;
    return;
  }
  ZoneCandidate& known = zones_[*position];
  if (known.coordinates != zone.coordinates) sorted_ = false;
  if (known.round_trips != zone.round_trips) places_.forget_zones();
  if (sorted_) forget_description(*position);
  zone.workloads = std::move(known.workloads);
  known = std::move(zone);
  if (sorted_) describe(*position);
}

void ZoneIndex::remove(const std::string& name) {
  const auto position = find(name);
  if (!position) return;
  positions_.erase(name);
  if (*position + 1 != zones_.size()) {
    zones_[*position] = std::move(zones_.back());
    offers_of_zone_[*position] = std::move(offers_of_zone_.back());
    positions_[zones_[*position].name] = *position;
  }
  zones_.pop_back();
  offers_of_zone_.pop_back();
  sorted_ = false;
}

Status ZoneIndex::offer(const std::string& zone, const std::string& flavour, ZoneOffer offer) {
  const auto position = find(zone);
  if (!position) return fail(Code::not_found, "zone '{}' is not known; put it into the index first", zone);
  if (!offers_.contains(flavour) && offers_.size() >= kMaxFlavours) {
    return fail(Code::resource_exhausted, "{} flavours are offered already; flavour '{}' is not considered",
                offers_.size(), flavour);
  }
  Offers& offers = offers_[flavour];
  offers_of_zone_[*position].insert_or_assign(flavour, offer);
  if (sorted_ && offers.fits.size() != zones_.size()) clear(offers);
  if (sorted_) write_offer(offers, *position, offer);
  return {};
}

void ZoneIndex::forget_offers() {
  offers_.clear();
  for (OffersOfZone& offers : offers_of_zone_) offers.clear();
}

void ZoneIndex::set_workload(const std::string& workload, std::span<const std::string> zones) {
  settle();
  if (const auto before = workloads_.find(workload); before != workloads_.end()) {
    before->second.for_each([&](std::size_t position) { std::erase(zones_[position].workloads, workload); });
    workloads_.erase(before);
  }
  for (const std::string& zone : zones) {
    const auto position = find(zone);
    if (!position || contains(zones_[*position].workloads, workload)) continue;
    zones_[*position].workloads.push_back(workload);
    set_in(workloads_, workload, *position, zones_.size());
  }
}

void ZoneIndex::forget_workloads() {
  workloads_.clear();
  for (ZoneCandidate& zone : zones_) zone.workloads.clear();
}

void ZoneIndex::clear(Offers& offers) const {
  offers.room = ZoneBits(zones_.size());
  offers.fits.assign(zones_.size(), 0);
  offers.price.assign(zones_.size(), kUnknown);
}

void ZoneIndex::write_offer(Offers& offers, std::size_t position, const ZoneOffer& offer) const {
  offers.room.set_to(position, offer.fits > 0);
  offers.fits[position] = static_cast<double>(offer.fits);
  offers.price[position] = number_of(offer.price);
}

// Everything by position is made anew: this is once for many changes, and a federation changes slowly.
void ZoneIndex::settle() {
  if (sorted_) return;
  sort_zones();
  const std::size_t count = zones_.size();
  for (ZoneBits* bits : {&open_, &in_union_, &remaining_, &scratch_}) *bits = ZoneBits(count);
  for (ZoneSets* sets : {&member_states_, &providers_, &architectures_, &certifications_, &workloads_})
    sets->clear();
  carbon_.assign(count, kUnknown);
  replicas_.assign(count, 0);
  places_.forget();
  for (auto& [flavour, offers] : offers_) clear(offers);
  for (std::size_t position = 0; position < count; ++position) {
    describe(position);
    for (const auto& [flavour, offer] : offers_of_zone_[position])
      write_offer(offers_.at(flavour), position, offer);
  }
  sorted_ = true;
}

void ZoneIndex::sort_zones() {
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  for (std::size_t position = 0; position < zones_.size(); ++position) {
    const auto& coordinates = zones_[position].coordinates;
    order.emplace_back(coordinates ? morton_code(*coordinates) : UINT64_MAX, position);
  }
  std::sort(order.begin(), order.end());
  std::vector<ZoneCandidate> zones;
  std::vector<OffersOfZone> offers;
  for (const auto& [code, before] : order) {
    zones.push_back(std::move(zones_[before]));
    offers.push_back(std::move(offers_of_zone_[before]));
    positions_[zones.back().name] = zones.size() - 1;
  }
  zones_ = std::move(zones);
  offers_of_zone_ = std::move(offers);
  rank_.assign(zones_.size(), 0);
  std::uint32_t rank = 0;
  for (const auto& [name, position] : positions_) rank_[position] = rank++;
}

void ZoneIndex::describe(std::size_t position) {
  const ZoneCandidate& zone = zones_[position];
  const std::size_t count = zones_.size();
  open_.set_to(position, zone.reachable && zone.refusal.empty());
  in_union_.set_to(position, is_in_union(zone.member_state));
  carbon_[position] = number_of(zone.carbon);
  set_in(member_states_, zone.member_state, position, count);
  set_in(providers_, zone.provider, position, count);
  for (const std::string& name : zone.architectures) set_in(architectures_, name, position, count);
  for (const std::string& name : zone.certifications) set_in(certifications_, name, position, count);
  for (const std::string& name : zone.workloads) set_in(workloads_, name, position, count);
}

void ZoneIndex::forget_description(std::size_t position) {
  const ZoneCandidate& zone = zones_[position];
  reset_in(member_states_, zone.member_state, position);
  reset_in(providers_, zone.provider, position);
  for (const std::string& name : zone.architectures) reset_in(architectures_, name, position);
  for (const std::string& name : zone.certifications) reset_in(certifications_, name, position);
}

std::vector<ZoneCandidate> ZoneIndex::candidates(const std::string& flavour,
                                                 std::span<const ZoneReplicas> replicas) const {
  std::vector<ZoneCandidate> all = zones_;
  for (std::size_t position = 0; position < all.size(); ++position) {
    const auto offer = offers_of_zone_[position].find(flavour);
    const ZoneOffer known = offer == offers_of_zone_[position].end() ? ZoneOffer{} : offer->second;
    all[position].price = known.price;
    all[position].fits = known.fits;
    all[position].replicas = 0;
  }
  for (const ZoneReplicas& there : replicas) {
    const auto position = find(there.zone);
    if (!position) continue;
    all[*position].replicas = there.replicas;
    all[*position].fits -= there.promised;
  }
  return all;
}

}  // namespace hanse::placement
