#include "placement/constraint.h"

namespace hanse::placement {

ZoneConstraint zone_has_capacity() {
  const auto check = [](const ZoneCandidate& zone) -> Rejection {
    if (zone.fits > 0) return std::nullopt;
    return "it has no room for this flavour";
  };
  return {"capacity", check, [](const ZoneCandidate&) -> std::optional<Change> {
            return Change{.text = "room for the flavour becomes free"};
          }};
}

}  // namespace hanse::placement
