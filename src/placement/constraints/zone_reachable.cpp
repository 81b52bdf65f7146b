#include "placement/constraint.h"

namespace hanse::placement {

ZoneConstraint zone_is_reachable() {
  return {"reachable", [](const ZoneCandidate& zone) -> Rejection {
            if (zone.reachable) return std::nullopt;
            return "the zone does not answer";
          }};
}

}  // namespace hanse::placement
