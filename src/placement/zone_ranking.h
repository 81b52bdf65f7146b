// The inside of a zone decision, shared by the choice and its explanation: who was filtered, and the rest
// with their totals. Pure; it points into the candidates, which outlive it.
#pragma once

#include <cstdint>
#include <vector>

#include "placement/planner.h"
#include "placement/score.h"

namespace hanse::placement {

struct RankedZone {
  const ZoneCandidate* zone = nullptr;
  std::int64_t total = 0;  // sum of score times weight
};

struct ZoneRanking {
  std::vector<Filtered> filtered;
  std::vector<RankedZone> remaining;  // in the order of the candidates
  std::vector<NormalisedScore> scores;
};

ZoneRanking rank_zones(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones);

// By total, replicas, room and name: a strict order, as names are unique.
bool is_better(const RankedZone& a, const RankedZone& b);

}  // namespace hanse::placement
