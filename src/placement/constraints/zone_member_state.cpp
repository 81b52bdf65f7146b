#include <algorithm>
#include <fmt/ranges.h>

#include "placement/constraint.h"

namespace hanse::placement {

ZoneConstraint zone_in_member_state(std::vector<std::string> states) {
  return {
      "memberStates", [states = std::move(states)](const ZoneCandidate& zone) -> Rejection {
        if (states.empty() || std::find(states.begin(), states.end(), zone.member_state) != states.end()) {
          return std::nullopt;
        }
        return fmt::format("it is in {} and the policy allows {}", zone.member_state,
                           fmt::join(states, ", "));
      }};
}

}  // namespace hanse::placement
