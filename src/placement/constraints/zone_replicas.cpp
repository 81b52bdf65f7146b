#include <fmt/format.h>

#include "placement/constraint.h"
#include "placement/text.h"

namespace hanse::placement {

ZoneConstraint zone_lacks_replicas(bool per_zone, std::int32_t replicas) {
  return {"perZone", [per_zone, replicas](const ZoneCandidate& zone) -> Rejection {
            if (!per_zone || zone.replicas < replicas) return std::nullopt;
            return fmt::format("it has the {} that each zone gets", counted(replicas, "replica"));
          }};
}

}  // namespace hanse::placement
