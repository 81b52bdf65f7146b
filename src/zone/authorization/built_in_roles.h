// The roles that every tenant has and nobody changes; docs/people.md describes them. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "model/authorization.h"

namespace hanse::zone {

struct BuiltInRole {
  std::string_view name;
  model::RoleSpec spec;
};

const std::vector<BuiltInRole>& built_in_roles();
// Null when there is none of that name.
const model::RoleSpec* find_built_in_role(std::string_view name);

}  // namespace hanse::zone
