#include "bench/placement/zone_reference.h"

#include <algorithm>
#include <tuple>

#include "placement/member_states.h"
#include "placement/prices.h"
#include "placement/round_trip.h"

namespace hanse::bench {
namespace {

constexpr std::int64_t kNever = INT64_MAX;

std::int64_t number_of(const auto& stated) {
  return stated ? stated->value : kNever;
}

}  // namespace

ScanZones::ScanZones(std::vector<placement::ZoneCandidate> zones) : zones_(std::move(zones)) {
  for (const placement::ZoneCandidate& zone : zones_) {
    positions_.emplace(zone.name, positions_.size());
    state_.push_back(numbers_.try_emplace(zone.member_state, numbers_.size()).first->second);
    certifications_.push_back(mask_of(zone.certifications));
    architectures_.push_back(mask_of(zone.architectures));
    workloads_.push_back(mask_of(zone.workloads));
    open_.push_back(zone.reachable && zone.refusal.empty() && zone.fits > 0 ? 1 : 0);
    has_replica_.push_back(0);
    price_.push_back(number_of(zone.price));
    carbon_.push_back(number_of(zone.carbon));
    fits_.push_back(zone.fits);
  }
}

std::uint64_t ScanZones::mask_of(const std::vector<std::string>& names) {
  std::uint64_t mask = 0;
  for (const std::string& name : names)
    mask |= std::uint64_t{1} << bits_.try_emplace(name, static_cast<int>(bits_.size())).first->second;
  return mask;
}

const std::vector<std::int64_t>& ScanZones::trips_to(const std::string& place) {
  const auto [known, is_new] = trips_.try_emplace(place);
  if (!is_new) return known->second;
  const placement::Place resolved = placement::find_place(place, zones_);
  for (const placement::ZoneCandidate& zone : zones_) {
    const auto trip = placement::round_trip(zone, resolved);
    known->second.push_back(trip ? trip->time.count() : kNever);
  }
  return known->second;
}

ScanZones::Wanted ScanZones::prepare(const model::PlacementPolicy& policy) {
  Wanted wanted;
  if (!policy.member_states.empty()) {
    wanted.states.resize(numbers_.size());
    for (const auto& [state, number] : numbers_)
      wanted.states[number] = placement::allows_member_state(policy.member_states, state) ? 1 : 0;
  }
  wanted.certifications = mask_of(policy.certifications);
  if (policy.architecture) wanted.architectures = mask_of({*policy.architecture});
  wanted.avoided = mask_of(policy.anti_affinity);
  if (policy.max_euro_per_hour) wanted.price = placement::to_micro_euro(*policy.max_euro_per_hour).value;
  if (policy.max_grams_co2_per_kwh) wanted.carbon = policy.max_grams_co2_per_kwh->value;
  for (const model::LatencyTarget& target : policy.latency) {
    wanted.trips.push_back(trips_to(target.to).data());
    wanted.bounds.push_back(target.below_ms ? 1000LL * *target.below_ms : kNever);
  }
  return wanted;
}

bool ScanZones::may(const Wanted& wanted, std::size_t position) const {
  if (open_[position] == 0 || has_replica_[position] != 0) return false;
  if (!wanted.states.empty() && wanted.states[state_[position]] == 0) return false;
  if ((certifications_[position] & wanted.certifications) != wanted.certifications) return false;
  if ((architectures_[position] & wanted.architectures) != wanted.architectures) return false;
  if ((workloads_[position] & wanted.avoided) != 0) return false;
  if (price_[position] > wanted.price || carbon_[position] > wanted.carbon) return false;
  for (std::size_t i = 0; i < wanted.trips.size(); ++i) {
    if (wanted.trips[i][position] >= wanted.bounds[i]) return false;
  }
  return true;
}

void ScanZones::add_score(const std::vector<std::int64_t>& lane, std::int32_t weight) {
  std::int64_t best = kNever;
  std::int64_t worst = 0;
  for (const std::size_t position : remaining_) {
    best = std::min(best, lane[position]);
    if (lane[position] != kNever) worst = std::max(worst, lane[position]);
  }
  for (std::size_t i = 0; i < remaining_.size(); ++i) {
    const std::int64_t quantity = lane[remaining_[i]];
    if (quantity == kNever) continue;
    totals_[i] += weight * (worst == best ? 1000 : 1000 * (worst - quantity) / (worst - best));
  }
}

std::size_t ScanZones::choose(const placement::ZoneRequest& request,
                              std::span<const placement::ZoneReplicas> replicas) {
  const model::PlacementPolicy& policy = request.policy;
  const Wanted wanted = prepare(policy);
  for (const auto& there : replicas) has_replica_[positions_.at(there.zone)] = 1;
  remaining_.clear();
  for (std::size_t position = 0; position < zones_.size(); ++position) {
    if (may(wanted, position)) remaining_.push_back(position);
  }
  for (const auto& there : replicas) has_replica_[positions_.at(there.zone)] = 0;
  totals_.assign(remaining_.size(), 0);
  if (policy.weights.latency > 0) {
    std::vector<std::int64_t> farthest(zones_.size(), 0);
    for (const std::int64_t* trips : wanted.trips) {
      for (const std::size_t position : remaining_)
        farthest[position] = std::max(farthest[position], trips[position]);
    }
    add_score(farthest, policy.weights.latency);
  }
  if (policy.weights.price > 0) add_score(price_, policy.weights.price);
  if (policy.weights.carbon > 0) add_score(carbon_, policy.weights.carbon);
  if (policy.weights.packing > 0) add_score(fits_, policy.weights.packing);
  std::size_t best = zones_.size();
  std::int64_t best_total = -1;
  for (std::size_t i = 0; i < remaining_.size(); ++i) {
    const std::size_t position = remaining_[i];
    const bool better = best == zones_.size() || std::tie(best_total, fits_[best], zones_[position].name) <
                                                     std::tie(totals_[i], fits_[position], zones_[best].name);
    if (!better) continue;
    best = position;
    best_total = totals_[i];
  }
  return best;
}

}  // namespace hanse::bench
