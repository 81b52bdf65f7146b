// Why a decision is as it is, for people: the same rules as placement/planner.h, with every reason, every
// score, and when nothing qualifies what would have to change. Pure, and slower than the decision: it is made
// when someone asks.
#pragma once

#include <cstdint>
#include <vector>

#include "model/placement_explanation.h"
#include "placement/candidate.h"

namespace hanse::placement {

model::PlacementExplanation explain(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones);

// Of a zone with more hosts than are shown: those that are not among the candidates.
struct OtherHosts {
  std::int64_t all = 0;
  std::int64_t qualifying = 0;  // of these: they could take it
};
// Hosts have no scores; best fit decides. No relaxations are looked for. Requires: the best of all is among
// `hosts`.
model::PlacementExplanation explain(const HostRequest& request, const std::vector<HostCandidate>& hosts,
                                    OtherHosts others = {});

}  // namespace hanse::placement
