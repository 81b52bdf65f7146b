// Well-known cities, so that a policy can say Berlin instead of 52.50,13.37. Pure; a fixed table.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "model/placement_policy.h"

namespace hanse::placement {

struct City {
  std::string_view name;  // in English, ASCII
  model::Coordinates coordinates;
};

// By name.
std::span<const City> cities();
// Upper and lower case are equal, and '-' and '_' are spaces. Nothing when it is not in the table.
std::optional<model::Coordinates> find_city(std::string_view name);

}  // namespace hanse::placement
