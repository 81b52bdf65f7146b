// Why a decision is as it is, for people: the same rules as placement/planner.h, with every reason, every
// score, and when nothing qualifies what would have to change. Pure, and slower than the decision: it is made
// when someone asks.
#pragma once

#include <vector>

#include "model/placement_explanation.h"
#include "placement/candidate.h"

namespace hanse::placement {

model::PlacementExplanation explain(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones);
// Hosts have no scores; best fit decides. No relaxations are looked for.
model::PlacementExplanation explain(const HostRequest& request, const std::vector<HostCandidate>& hosts);

}  // namespace hanse::placement
