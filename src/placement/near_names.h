// What somebody may have meant by a name that is unknown: the names that need few changes of a letter to
// become it. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hanse::placement {

inline constexpr std::size_t kMaxNearNames = 3;
// Longer names are not compared.
inline constexpr std::size_t kMaxComparedName = 64;

// The nearest, at most kMaxNearNames that are equally near, by name; upper and lower case are equal.
std::vector<std::string> near_names(std::string_view name, const std::vector<std::string>& known);

}  // namespace hanse::placement
