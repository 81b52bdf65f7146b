// The choice of a ZoneIndex: filter by sets, collect what remains, score it.
#include <algorithm>

#include "base/planted_bug.h"
#include "placement/member_states.h"
#include "placement/prices.h"
#include "placement/zone_index.h"

namespace hanse::placement {

std::optional<std::string> ZoneIndex::choose(const ZoneRequest& request, const std::string& flavour,
                                             std::span<const ZoneReplicas> replicas,
                                             std::span<const std::string> passed_over) {
  settle();
  const auto found = offers_.find(flavour);
  if (found == offers_.end()) return std::nullopt;
  Offers& offers = found->second;
  begin_choice(offers, replicas);
  filter(request, offers, passed_over);
  collect(request.policy, offers);
  add_scores(request.policy, offers);
  const auto chosen = best(offers);
  end_choice(offers, replicas);
  return chosen ? std::optional(zones_[*chosen].name) : std::nullopt;
}

void ZoneIndex::begin_choice(Offers& offers, std::span<const ZoneReplicas> replicas) {
  for (const ZoneReplicas& there : replicas) {
    const auto position = find(there.zone);
    if (!position) continue;
    replicas_[*position] = there.replicas;
    touched_.push_back(*position);
    take_room(offers, there, there.promised);
  }
}

void ZoneIndex::end_choice(Offers& offers, std::span<const ZoneReplicas> replicas) {
  for (const std::size_t position : touched_) replicas_[position] = 0;
  touched_.clear();
  for (const ZoneReplicas& there : replicas) take_room(offers, there, -there.promised);
}

void ZoneIndex::take_room(Offers& offers, const ZoneReplicas& there, std::int64_t count) const {
  const auto position = count == 0 ? std::nullopt : find(there.zone);
  if (!position) return;
  offers.fits[*position] -= static_cast<double>(count);
  offers.room.set_to(*position, offers.fits[*position] > 0);
}

void ZoneIndex::filter(const ZoneRequest& request, const Offers& offers,
                       std::span<const std::string> passed_over) {
  remaining_ = open_;
  remaining_.keep(offers.room);
  for (const std::string& name : passed_over) {
    if (const auto position = find(name)) remaining_.reset(*position);
  }
  filter_by_names(request.policy);
  filter_by_replicas(request);
  filter_by_workloads(request.policy);
  for (const model::LatencyTarget& target : request.policy.latency) {
    if (target.below_ms) remaining_.keep(places_.below(target.to, *target.below_ms, zones_));
  }
}

void ZoneIndex::keep_named(const ZoneSets& sets, const std::vector<std::string>& names) {
  scratch_.clear();
  for (const std::string& name : names) {
    if (const auto found = sets.find(name); found != sets.end()) scratch_.add(found->second);
  }
  remaining_.keep(scratch_);
}

void ZoneIndex::filter_by_names(const model::PlacementPolicy& policy) {
  if (!policy.zones.empty()) {
    scratch_.clear();
    for (const std::string& name : policy.zones) {
      if (const auto position = find(name)) scratch_.set(*position);
    }
    remaining_.keep(scratch_);
  }
  if (!policy.member_states.empty()) {
    scratch_.clear();
    for (const std::string& name : policy.member_states) {
      if (name == kUnion) scratch_.add(in_union_);
      if (const auto found = member_states_.find(name); found != member_states_.end())
        scratch_.add(found->second);
    }
    remaining_.keep(scratch_);
  }
  if (!policy.providers.empty()) keep_named(providers_, policy.providers);
  if (policy.architecture) keep_named(architectures_, {*policy.architecture});
  if (kPlantedBug == PlantedBug::certifications_are_skipped) return;
  for (const std::string& name : policy.certifications) keep_named(certifications_, {name});
}

// One that is not known may be any.
void ZoneIndex::drop_sharing(const ZoneSets& sets, const std::string& name) {
  if (name.empty()) {
    remaining_.clear();
  } else {
    remaining_.drop(sets.at(name));
  }
}

// What has a replica already, by the policy's spread, and what has all that each zone gets.
void ZoneIndex::filter_by_replicas(const ZoneRequest& request) {
  const model::PlacementPolicy& policy = request.policy;
  if (policy.per_zone && request.replicas <= 0) remaining_.clear();
  for (const std::size_t position : touched_) {
    if (policy.per_zone && replicas_[position] >= request.replicas) remaining_.reset(position);
    if (replicas_[position] == 0) continue;
    if (policy.spread == model::Spread::zone) remaining_.reset(position);
    if (policy.spread == model::Spread::provider) drop_sharing(providers_, zones_[position].provider);
    if (policy.spread == model::Spread::member_state)
      drop_sharing(member_states_, zones_[position].member_state);
  }
}

void ZoneIndex::filter_by_workloads(const model::PlacementPolicy& policy) {
  for (const std::string& name : policy.affinity) keep_named(workloads_, {name});
  for (const std::string& name : policy.anti_affinity) {
    if (const auto found = workloads_.find(name); found != workloads_.end()) remaining_.drop(found->second);
  }
}

// The ceilings are numbers without sets: they are checked on what the sets have left. Who passes is as good
// as random, so that a branch would be guessed wrong every other time: all are written, those who pass are
// kept.
void ZoneIndex::collect(const model::PlacementPolicy& policy, const Offers& offers) {
  const double price = policy.max_euro_per_hour
                           ? static_cast<double>(to_micro_euro(*policy.max_euro_per_hour).value)
                           : kUnknown;
  const double carbon =
      policy.max_grams_co2_per_kwh ? static_cast<double>(policy.max_grams_co2_per_kwh->value) : kUnknown;
  survivors_.resize(zones_.size());
  std::size_t count = 0;
  remaining_.for_each([&](std::size_t position) {
    survivors_[count] = static_cast<std::uint32_t>(position);
    const auto affordable = static_cast<std::size_t>(offers.price[position] <= price);
    count += affordable & static_cast<std::size_t>(carbon_[position] <= carbon);
  });
  survivors_.resize(count);
}

void ZoneIndex::add_scores(const model::PlacementPolicy& policy, const Offers& offers) {
  const model::PlacementWeights& weights = policy.weights;
  totals_.begin(survivors_.size());
  if (weights.latency > 0 && !policy.latency.empty()) {
    trips_.assign(survivors_.size(), 0);
    for (const model::LatencyTarget& target : policy.latency) {
      const std::vector<double>& micros = places_.trips(target.to, zones_).micros;
      for (std::size_t i = 0; i < survivors_.size(); ++i)
        trips_[i] = std::max(trips_[i], micros[survivors_[i]]);
    }
    totals_.add(trips_, weights.latency);
  }
  add_score(offers.price, weights.price);
  add_score(carbon_, weights.carbon);
  add_score(offers.fits, weights.packing);
  add_score(replicas_, weights.spread);
}

void ZoneIndex::add_score(const std::vector<double>& lane, std::int32_t weight) {
  if (weight == 0) return;
  quantities_.resize(survivors_.size());
  for (std::size_t i = 0; i < survivors_.size(); ++i) quantities_[i] = lane[survivors_[i]];
  totals_.add(quantities_, weight);
}

// By total, replicas, room and name, as is_better (zone_ranking.h).
std::optional<std::size_t> ZoneIndex::best(const Offers& offers) const {
  if (survivors_.empty()) return std::nullopt;
  const auto is_better = [&](std::size_t a, std::size_t b) {
    if (totals_.total(a) != totals_.total(b)) return totals_.total(a) > totals_.total(b);
    const std::size_t one = survivors_[a];
    const std::size_t other = survivors_[b];
    if (replicas_[one] != replicas_[other]) return replicas_[one] < replicas_[other];
    if (offers.fits[one] != offers.fits[other]) return offers.fits[one] > offers.fits[other];
    return rank_[one] < rank_[other];
  };
  std::size_t best = 0;
  for (std::size_t i = 1; i < survivors_.size(); ++i) {
    if (is_better(i, best)) best = i;
  }
  return survivors_[best];
}

}  // namespace hanse::placement
