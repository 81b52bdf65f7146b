// When no zone qualifies: the smallest single changes after which one would. Pure.
#pragma once

#include <vector>

#include "model/placement_explanation.h"
#include "placement/candidate.h"

namespace hanse::placement {

// Looks at the zones that exactly one constraint is against. Of a constraint with a number there is one
// change, to the smallest value that lets a zone in; of a list, one for each entry that would have to go or
// to come; then what is not the policy's to change. Each says how many zones qualify after it, all else
// equal. Nearest first: numbers by how much they change, lists by how many zones they let in. At most
// kMaxRelaxations.
std::vector<model::Relaxation> relaxations(const ZoneRequest& request,
                                           const std::vector<ZoneCandidate>& zones);

}  // namespace hanse::placement
