#include <fmt/ranges.h>

#include "placement/constraint.h"
#include "placement/listed.h"

namespace hanse::placement {

ZoneConstraint zone_is_named(std::vector<std::string> zones) {
  const auto check = [zones = std::move(zones)](const ZoneCandidate& zone) -> Rejection {
    if (zones.empty() || contains(zones, zone.name)) return std::nullopt;
    return fmt::format("the policy names only {}", fmt::join(zones, ", "));
  };
  const auto change = [](const ZoneCandidate& zone) -> std::optional<Change> {
    return Change{.kind = Change::Kind::list,
                  .text = fmt::format("zones also has {}", zone.name),
                  .apply = [name = zone.name](auto& policy) { policy.zones.push_back(name); }};
  };
  return {"zones", check, change};
}

}  // namespace hanse::placement
