#include "placement/planner.h"

#include <tuple>

#include "placement/constraint.h"

namespace hanse::placement {
namespace {

constexpr std::size_t kMaxReasons = 5;

// True, and noted in the decision, when a constraint is against the candidate.
template <class Candidate>
bool is_filtered(const Candidate& candidate, const std::vector<Constraint<Candidate>>& constraints,
                 Decision& decision) {
  for (const Constraint<Candidate>& constraint : constraints) {
    if (Rejection reason = constraint.check(candidate)) {
      decision.filtered.push_back({candidate.name, std::string(constraint.name), std::move(*reason)});
      return true;
    }
  }
  return false;
}

// The candidate that no constraint filters and whose rank is smallest.
template <class Candidate, class Rank>
Decision choose(const std::vector<Candidate>& candidates,
                const std::vector<Constraint<Candidate>>& constraints, Rank rank) {
  Decision decision;
  const Candidate* best = nullptr;
  for (const Candidate& candidate : candidates) {
    if (is_filtered(candidate, constraints, decision)) continue;
    if (best == nullptr || rank(candidate) < rank(*best)) best = &candidate;
  }
  if (best != nullptr) decision.chosen = best->name;
  return decision;
}

}  // namespace

Decision choose_zone(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones) {
  const std::vector<ZoneConstraint> constraints = {
      zone_is_named(request.policy.zones), zone_in_member_state(request.policy.member_states),
      zone_has_no_replica(request.policy.spread), zone_is_reachable(), zone_has_capacity()};
  return choose(zones, constraints, [](const ZoneCandidate& zone) {
    return std::make_tuple(zone.replicas, -zone.fits, zone.name);
  });
}

Decision choose_host(const HostRequest& request, const std::vector<HostCandidate>& hosts) {
  const std::vector<HostConstraint> constraints = {host_is_named(request.host),
                                                   host_is_ready(),
                                                   host_has_architecture(request.architecture),
                                                   host_has_cpu_model(request.cpu_model),
                                                   host_has_machine_type(request.machine_type),
                                                   host_has_capacity(request.vcpu, request.memory)};
  return choose(hosts, constraints, [](const HostCandidate& host) {
    return std::make_tuple(host.free_memory, host.free_vcpu, host.name);
  });
}

Error why_not(const Decision& decision, const std::string& what) {
  std::string message = fmt::format("nothing can take {}", what);
  if (decision.filtered.empty()) message += ": there are no candidates";
  for (std::size_t i = 0; i < decision.filtered.size() && i < kMaxReasons; ++i) {
    const Filtered& filtered = decision.filtered[i];
    message += fmt::format("{} {}: {}", i == 0 ? ":" : ";", filtered.candidate, filtered.reason);
  }
  if (decision.filtered.size() > kMaxReasons) {
    message += fmt::format("; and {} more", decision.filtered.size() - kMaxReasons);
  }
  return Error{Code::resource_exhausted, std::move(message)};
}

}  // namespace hanse::placement
