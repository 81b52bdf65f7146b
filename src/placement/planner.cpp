#include "placement/planner.h"

#include <algorithm>

#include "placement/host_rules.h"
#include "placement/zone_ranking.h"
#include "placement/zone_rules.h"

namespace hanse::placement {
namespace {

constexpr std::size_t kMaxReasons = 5;

}  // namespace

Decision choose_zone(const ZoneRequest& request, const std::vector<ZoneCandidate>& zones) {
  ZoneRanking ranking = rank_zones(request, zones);
  const auto best =
      std::min_element(ranking.remaining.begin(), ranking.remaining.end(),
                       [](const RankedZone& a, const RankedZone& b) { return is_better(a, b); });
  return {.chosen = best == ranking.remaining.end() ? "" : best->zone->name,
          .filtered = std::move(ranking.filtered)};
}

Decision choose_host(const HostRequest& request, const std::vector<HostCandidate>& hosts) {
  Decision decision;
  const HostCandidate* best = nullptr;
  const std::vector<HostConstraint> constraints = host_constraints(request);
  for (const HostCandidate& host : hosts) {
    if (auto rejection = first_rejection(host, constraints)) {
      decision.filtered.push_back(
          {host.name, std::string(rejection->constraint), std::move(rejection->reason)});
    } else if (best == nullptr || is_better(host, *best)) {
      best = &host;
    }
  }
  if (best != nullptr) decision.chosen = best->name;
  return decision;
}

std::vector<Filtered> violations(const ZoneRequest& request, const std::string& zone,
                                 std::vector<ZoneCandidate>& zones) {
  const auto judged =
      std::find_if(zones.begin(), zones.end(), [&](const ZoneCandidate& one) { return one.name == zone; });
  if (judged == zones.end()) return {};
  // The replica is not in its own way.
  const std::int32_t replicas = judged->replicas;
  if (judged->replicas > 0) --judged->replicas;
  std::vector<Filtered> found;
  for (const ZoneConstraint& constraint : policy_constraints(request, zones)) {
    if (Rejection reason = constraint.check(*judged)) {
      found.push_back({zone, std::string(constraint.name), std::move(*reason)});
    }
  }
  judged->replicas = replicas;
  return found;
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
