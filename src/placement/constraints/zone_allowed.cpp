#include "placement/constraint.h"

namespace hanse::placement {

ZoneConstraint zone_is_allowed() {
  const auto check = [](const ZoneCandidate& zone) -> Rejection {
    if (zone.refusal.empty()) return std::nullopt;
    return zone.refusal;
  };
  return {"allowed", check, [](const ZoneCandidate& zone) -> std::optional<Change> {
            return Change{.text = zone.refusal_passes ? "its refusal of a moment ago is over"
                                                      : "the policy between the zones allows it"};
          }};
}

}  // namespace hanse::placement
