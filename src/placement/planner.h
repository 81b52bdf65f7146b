// The two placement decisions: a zone for a replica, and inside a zone a host. Pure: filter by hard
// constraints, then take the best of the rest; every decision keeps who was filtered by what.
//
// Both look at every candidate. The indexed form for fleets has the same interface, and the same answers.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "placement/candidate.h"

namespace hanse::placement {

struct Filtered {
  std::string candidate;
  std::string constraint;  // the first that is against it
  std::string reason;
  bool operator==(const Filtered&) const = default;
};

struct Decision {
  std::string chosen;  // empty: none could be
  std::vector<Filtered> filtered;
};

// Of the zones that may, the one with the highest total of scores times weights (placement/score.h); among
// equals, and so without weights, the one with the fewest replicas, then with the most room, then the first
// by name. With policy.per_zone call it until nothing is chosen, each time with the replicas counted anew.
Decision choose_zone(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones);

// Best fit: of the hosts that may, the one with the least memory left afterwards, then the least vCPU, then
// the first by name.
Decision choose_host(const HostRequest& request, const std::vector<HostCandidate>& hosts);

// What the policy has against a replica that runs in `zone` already, which counts in `zones`: all constraints
// of the policy, each with its reason; neither room nor whether the zone answers. Empty: it may stay. A zone
// that is not among the candidates is not judged. It is enough to hand in those with replicas of the workload
// and those that the policy names as places. They are as before afterwards.
std::vector<Filtered> violations(const ZoneRequest& request, const std::string& zone,
                                 std::vector<ZoneCandidate>& zones);

// resource_exhausted, with each candidate and the reason against it, at most the first few.
Error why_not(const Decision& decision, const std::string& what);

}  // namespace hanse::placement
