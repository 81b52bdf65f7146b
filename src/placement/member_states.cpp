#include "placement/member_states.h"

#include <algorithm>
#include <array>

namespace hanse::placement {
namespace {

constexpr std::array<std::string_view, 27> kMemberStates = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"};

}  // namespace

bool is_in_union(std::string_view member_state) {
  return member_state == kUnion ||
         std::find(kMemberStates.begin(), kMemberStates.end(), member_state) != kMemberStates.end();
}

bool allows_member_state(const std::vector<std::string>& allowed, std::string_view member_state) {
  return allowed.empty() || std::any_of(allowed.begin(), allowed.end(), [&](const std::string& one) {
           return one == member_state || (one == kUnion && is_in_union(member_state));
         });
}

}  // namespace hanse::placement
