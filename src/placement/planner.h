// The two placement decisions: a zone for a replica, and inside a zone a host. Pure: filter by hard
// constraints, then take the best of the rest; every decision keeps who was filtered by what.
//
// Both look at every candidate. The indexed form for fleets has the same interface.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "placement/candidate.h"

namespace hanse::placement {

struct Filtered {
  std::string candidate;
  std::string constraint;
  std::string reason;
  bool operator==(const Filtered&) const = default;
};

struct Decision {
  std::string chosen;  // empty: none could be
  std::vector<Filtered> filtered;
};

// Of the zones that may, the one with the fewest replicas, then with the most room, then the first by name.
Decision choose_zone(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones);

// Best fit: of the hosts that may, the one with the least memory left afterwards, then the least vCPU, then
// the first by name.
Decision choose_host(const HostRequest& request, const std::vector<HostCandidate>& hosts);

// resource_exhausted, with each candidate and the reason against it, at most the first few.
Error why_not(const Decision& decision, const std::string& what);

}  // namespace hanse::placement
