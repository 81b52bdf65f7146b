// Which countries a policy's memberStates means: ISO 3166 codes, and EU for the 27 of the Union. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hanse::placement {

inline constexpr std::string_view kUnion = "EU";

// True for the 27, and for "EU" itself, as a zone may say that states no country.
bool is_in_union(std::string_view member_state);
// An empty list allows all.
bool allows_member_state(const std::vector<std::string>& allowed, std::string_view member_state);

}  // namespace hanse::placement
