#include <fmt/ranges.h>

#include "placement/constraint.h"
#include "placement/listed.h"

namespace hanse::placement {

ZoneConstraint zone_runs_none(std::vector<std::string> workloads) {
  const auto check = [unwanted = workloads](const ZoneCandidate& zone) -> Rejection {
    const std::vector<std::string> present = common_to(unwanted, zone.workloads);
    if (present.empty()) return std::nullopt;
    return fmt::format("it runs {}, which the policy wants elsewhere", fmt::join(present, ", "));
  };
  const auto change = [unwanted = std::move(workloads)](const ZoneCandidate& zone) -> std::optional<Change> {
    std::vector<std::string> present = common_to(unwanted, zone.workloads);
    std::string text = fmt::format("antiAffinity is without {}", fmt::join(present, ", "));
    return Change{
        .kind = Change::Kind::list,
        .text = std::move(text),
        .apply = [present = std::move(present)](auto& policy) { remove_all(policy.anti_affinity, present); }};
  };
  return {"antiAffinity", check, change};
}

}  // namespace hanse::placement
