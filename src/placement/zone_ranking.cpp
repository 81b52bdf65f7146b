#include "placement/zone_ranking.h"

#include <tuple>

#include "placement/zone_rules.h"

namespace hanse::placement {

ZoneRanking rank_zones(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones) {
  ZoneRanking ranking;
  std::vector<const ZoneCandidate*> remaining;
  const std::vector<ZoneConstraint> constraints = zone_constraints(request, zones);
  for (const ZoneCandidate& zone : zones) {
    if (auto rejection = first_rejection(zone, constraints)) {
      ranking.filtered.push_back(
          {zone.name, std::string(rejection->constraint), std::move(rejection->reason)});
    } else {
      remaining.push_back(&zone);
    }
  }
  for (ZoneScore& score : zone_scores(request, zones))
    ranking.scores.emplace_back(std::move(score), remaining);
  for (const ZoneCandidate* zone : remaining) {
    RankedZone ranked{.zone = zone};
    for (const NormalisedScore& score : ranking.scores) {
      ranked.total += static_cast<std::int64_t>(score.value_of(*zone)) * score.score().weight;
    }
    ranking.remaining.push_back(ranked);
  }
  return ranking;
}

bool is_better(const RankedZone& a, const RankedZone& b) {
  return std::tuple(-a.total, a.zone->replicas, -a.zone->fits, std::string_view(a.zone->name)) <
         std::tuple(-b.total, b.zone->replicas, -b.zone->fits, std::string_view(b.zone->name));
}

}  // namespace hanse::placement
