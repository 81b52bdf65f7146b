#include <fmt/format.h>

#include "placement/constraint.h"

namespace hanse::placement {

ZoneConstraint zone_has_no_replica(model::Spread spread) {
  return {"spread", [spread](const ZoneCandidate& zone) -> Rejection {
            if (spread != model::Spread::zone || zone.replicas == 0) return std::nullopt;
            return fmt::format("it has {} replica already and the policy spreads by zone", zone.replicas);
          }};
}

}  // namespace hanse::placement
