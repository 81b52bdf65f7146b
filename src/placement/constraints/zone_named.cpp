#include <algorithm>
#include <fmt/ranges.h>

#include "placement/constraint.h"

namespace hanse::placement {

ZoneConstraint zone_is_named(std::vector<std::string> zones) {
  return {"zones", [zones = std::move(zones)](const ZoneCandidate& zone) -> Rejection {
            if (zones.empty() || std::find(zones.begin(), zones.end(), zone.name) != zones.end())
              return std::nullopt;
            return fmt::format("the policy names only {}", fmt::join(zones, ", "));
          }};
}

}  // namespace hanse::placement
