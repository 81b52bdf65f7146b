// ZoneIndex: the zones of a federation as their digests describe them, from which the best for a request is
// found without testing each: sets of zones as bits, which are intersected word by word, and totals of those
// that remain in lanes. It chooses what choose_zone (planner.h) chooses, by all constraints and weights of
// the policy; docs/placement_index.md says how and what it costs.
//
// Lifecycle: put zones in, offer flavours, keep both up to date. The first choice after a zone came, went or
// moved sorts them anew, by place. Thread: one at a time. Failure: what no zone satisfies is no zone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "placement/candidate.h"
#include "placement/zone_index_bits.h"
#include "placement/zone_index_places.h"
#include "placement/zone_index_totals.h"

namespace hanse::placement {

// What a zone says of one flavour.
struct ZoneOffer {
  std::optional<MicroEuroPerHour> price;
  std::int64_t fits = 0;
};

// Replicas of the workload that is placed, where there are some, and what is promised to others of them.
struct ZoneReplicas {
  std::string zone;
  std::int32_t replicas = 0;
  std::int64_t promised = 0;  // of what the zone fits
};

class ZoneIndex {
 public:
  // Adds the zone, or replaces all that is known of the one with this name but its offers and its workloads.
  // Price, fits, replicas and workloads are not looked at.
  void put(ZoneCandidate zone);
  // With its offers. Nothing when there is none.
  void remove(const std::string& name);
  // Errors: not_found for an unknown zone, resource_exhausted with more than kMaxFlavours.
  Status offer(const std::string& zone, const std::string& flavour, ZoneOffer offer);
  // Of all zones.
  void forget_offers();
  // The workload, as policies name it in their affinities, runs in these zones and in no others. Those that
  // are not known are passed over.
  void set_workload(const std::string& workload, std::span<const std::string> zones);
  void forget_workloads();

  // The name of the best zone for one more replica, but for those to pass over, as after their refusal; none:
  // use candidates() and the planner to say why.
  std::optional<std::string> choose(const ZoneRequest& request, const std::string& flavour,
                                    std::span<const ZoneReplicas> replicas = {},
                                    std::span<const std::string> passed_over = {});
  // All zones as the planner takes them.
  std::vector<ZoneCandidate> candidates(const std::string& flavour,
                                        std::span<const ZoneReplicas> replicas = {}) const;
  std::size_t size() const { return zones_.size(); }

  static constexpr std::size_t kMaxFlavours = 1024;

 private:
  // One flavour at all zones.
  struct Offers {
    ZoneBits room;
    std::vector<double> fits;
    std::vector<double> price;
  };
  using OffersOfZone = std::map<std::string, ZoneOffer>;

  std::optional<std::size_t> find(const std::string& name) const;
  void settle();
  void sort_zones();
  void describe(std::size_t position);
  void forget_description(std::size_t position);
  void clear(Offers& offers) const;
  void write_offer(Offers& offers, std::size_t position, const ZoneOffer& offer) const;

  void begin_choice(Offers& offers, std::span<const ZoneReplicas> replicas);
  void end_choice(Offers& offers, std::span<const ZoneReplicas> replicas);
  void take_room(Offers& offers, const ZoneReplicas& there, std::int64_t count) const;
  void filter(const ZoneRequest& request, const Offers& offers, std::span<const std::string> passed_over);
  void filter_by_names(const model::PlacementPolicy& policy);
  void filter_by_replicas(const ZoneRequest& request);
  void filter_by_workloads(const model::PlacementPolicy& policy);
  void drop_sharing(const ZoneSets& sets, const std::string& name);
  void keep_named(const ZoneSets& sets, const std::vector<std::string>& names);
  void collect(const model::PlacementPolicy& policy, const Offers& offers);
  void add_scores(const model::PlacementPolicy& policy, const Offers& offers);
  void add_score(const std::vector<double>& lane, std::int32_t weight);
  std::optional<std::size_t> best(const Offers& offers) const;

  std::map<std::string, std::size_t> positions_;  // by name
  std::map<std::string, Offers> offers_;          // by flavour
  bool sorted_ = true;                            // what is below by position is right

  // By position: in the order of their places, those without coordinates last.
  std::vector<ZoneCandidate> zones_;
  std::vector<OffersOfZone> offers_of_zone_;
  std::vector<double> carbon_;
  std::vector<std::uint32_t> rank_;  // by name
  ZoneBits open_;                    // reachable and allowed
  ZoneBits in_union_;
  ZoneSets member_states_;
  ZoneSets providers_;
  ZoneSets architectures_;
  ZoneSets certifications_;
  ZoneSets workloads_;
  ZonePlaces places_;

  // Of the choice under way; kept for their memory.
  ZoneBits remaining_;
  ZoneBits scratch_;
  std::vector<double> replicas_;  // by position, 0 but for those in touched_
  std::vector<std::size_t> touched_;
  std::vector<std::uint32_t> survivors_;  // positions
  std::vector<double> quantities_;        // by survivor
  std::vector<double> trips_;
  ZoneTotals totals_;
};

}  // namespace hanse::placement
