// Small helpers for constraints over lists of names. Pure.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace hanse::placement {

inline bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Those of `wanted` that are not in `present`, in the order of `wanted`.
inline std::vector<std::string> missing_of(const std::vector<std::string>& wanted,
                                           const std::vector<std::string>& present) {
  std::vector<std::string> missing;
  for (const std::string& name : wanted) {
    if (!contains(present, name)) missing.push_back(name);
  }
  return missing;
}

// Those of `names` that are in `present` too.
inline std::vector<std::string> common_to(const std::vector<std::string>& names,
                                          const std::vector<std::string>& present) {
  std::vector<std::string> common;
  for (const std::string& name : names) {
    if (contains(present, name)) common.push_back(name);
  }
  return common;
}

inline void remove_all(std::vector<std::string>& names, const std::vector<std::string>& removed) {
  std::erase_if(names, [&](const std::string& name) { return contains(removed, name); });
}

}  // namespace hanse::placement
