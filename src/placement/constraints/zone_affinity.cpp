#include <fmt/ranges.h>

#include "placement/constraint.h"
#include "placement/listed.h"

namespace hanse::placement {

ZoneConstraint zone_runs_all(std::vector<std::string> workloads) {
  const auto check = [wanted = workloads](const ZoneCandidate& zone) -> Rejection {
    const std::vector<std::string> missing = missing_of(wanted, zone.workloads);
    if (missing.empty()) return std::nullopt;
    return fmt::format("it does not run {}, which the policy wants near", fmt::join(missing, ", "));
  };
  const auto change = [wanted = std::move(workloads)](const ZoneCandidate& zone) -> std::optional<Change> {
    std::vector<std::string> missing = missing_of(wanted, zone.workloads);
    std::string text = fmt::format("affinity is without {}", fmt::join(missing, ", "));
    return Change{
        .kind = Change::Kind::list,
        .text = std::move(text),
        .apply = [missing = std::move(missing)](auto& policy) { remove_all(policy.affinity, missing); }};
  };
  return {"affinity", check, change};
}

}  // namespace hanse::placement
