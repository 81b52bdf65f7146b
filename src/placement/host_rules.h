// What a request makes of the constraints on hosts, and the order of best fit. Pure.
#pragma once

#include <vector>

#include "placement/constraint.h"

namespace hanse::placement {

// The order is the one in which a decision gives reasons.
std::vector<HostConstraint> host_constraints(const HostRequest& request);

// Best fit: least memory free, then least vCPU, then by name: a strict order, as names are unique.
bool is_better(const HostCandidate& a, const HostCandidate& b);

}  // namespace hanse::placement
