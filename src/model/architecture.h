// The processor architectures of guests, by the names that QEMU and uname have for them.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hanse::model {

struct Architecture {
  std::string_view name;
  // What the names of its machine types begin with that can be pinned; a version follows.
  std::string_view machine_family;
};
inline constexpr Architecture kX86{.name = "x86_64", .machine_family = "pc-q35-"};
inline constexpr Architecture kArm{.name = "aarch64", .machine_family = "virt-"};
inline constexpr std::array kArchitectures{kX86, kArm};

// Null: it is none of them.
inline const Architecture* find_architecture(std::string_view name) {
  const auto* const found = std::find_if(kArchitectures.begin(), kArchitectures.end(),
                                         [&](const Architecture& one) { return one.name == name; });
  return found == kArchitectures.end() ? nullptr : found;
}

inline Status check_architecture(std::string_view name, const std::string& pointer) {
  constexpr std::size_t kShown = 64;
  if (find_architecture(name) != nullptr) return {};
  return fail_field(pointer, "{} must be x86_64 or aarch64, not '{}'", pointer, name.substr(0, kShown));
}

}  // namespace hanse::model
