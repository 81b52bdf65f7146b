// Whether a zone knows what the others of a testbed offer, so that a policy finds what it should from the
// first workload on.
//
// Pure. Failure: unavailable with the first zone of which something is missing, and what.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <vector>

#include "base/json.h"
#include "testbed/plan.h"

namespace hanse::testbed {

// A host with less may be too small for all that its zone offers, which then has room for nothing.
inline constexpr std::int64_t kLeastHostMemoryMib = 256;

// `peers` is what the zone lists.
Status check_peer_offers(const json::Value& peers, const std::vector<ZonePlan>& others);

}  // namespace hanse::testbed
