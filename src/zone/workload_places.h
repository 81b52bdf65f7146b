// Whether the places that a workload's policy names are known in this zone: cities, this zone and its peers.
// Pure. Failure: invalid_argument with the field, the place and what may have been meant.
#pragma once

#include <string>

#include "base/result.h"
#include "federation/peers.h"
#include "model/workload.h"

namespace hanse::zone {

// What `before` named already is not asked about again: a peer may have left since.
Status check_places(const std::string& zone, const federation::Peers& peers, const model::Workload& wanted,
                    const model::Workload* before);

}  // namespace hanse::zone
