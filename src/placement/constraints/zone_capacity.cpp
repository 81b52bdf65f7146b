#include "placement/constraint.h"

namespace hanse::placement {

ZoneConstraint zone_has_capacity() {
  return {"capacity", [](const ZoneCandidate& zone) -> Rejection {
            if (zone.fits > 0) return std::nullopt;
            return "it has no room for this flavour";
          }};
}

}  // namespace hanse::placement
