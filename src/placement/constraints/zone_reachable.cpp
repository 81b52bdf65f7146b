#include <fmt/format.h>

#include "placement/constraint.h"

namespace hanse::placement {

ZoneConstraint zone_is_reachable() {
  const auto check = [](const ZoneCandidate& zone) -> Rejection {
    if (zone.reachable) return std::nullopt;
    if (zone.age.count() == 0) return "the zone does not answer";
    return fmt::format("the zone does not answer; it was last heard {} s ago", zone.age.count());
  };
  return {"reachable", check, [](const ZoneCandidate&) -> std::optional<Change> {
            return Change{.text = "the connection comes back"};
          }};
}

}  // namespace hanse::placement
