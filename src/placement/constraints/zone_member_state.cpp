#include <fmt/ranges.h>

#include "placement/constraint.h"
#include "placement/member_states.h"

namespace hanse::placement {

ZoneConstraint zone_in_member_state(std::vector<std::string> states) {
  const auto check = [states = std::move(states)](const ZoneCandidate& zone) -> Rejection {
    if (allows_member_state(states, zone.member_state)) return std::nullopt;
    const std::string allowed = fmt::format("the policy allows {}", fmt::join(states, ", "));
    if (zone.member_state.empty()) return "it does not state its member state and " + allowed;
    return fmt::format("it is in {} and {}", zone.member_state, allowed);
  };
  const auto change = [](const ZoneCandidate& zone) -> std::optional<Change> {
    if (zone.member_state.empty()) return std::nullopt;
    return Change{
        .kind = Change::Kind::list,
        .text = fmt::format("memberStates also has {}", zone.member_state),
        .apply = [state = zone.member_state](auto& policy) { policy.member_states.push_back(state); }};
  };
  return {"memberStates", check, change};
}

}  // namespace hanse::placement
