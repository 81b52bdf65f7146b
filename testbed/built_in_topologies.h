// The files of testbed/topologies, which are part of the program: each is found by its name.
//
// Pure. Failure: not_found with the names that there are.
#pragma once

#include <span>
#include <string_view>

#include "testbed/topology.h"

namespace hanse::testbed {

struct BuiltInTopology {
  std::string_view name;  // "virt8ra"
  std::string_view text;
};

// By name.
std::span<const BuiltInTopology> built_in_topologies();

bool is_built_in(std::string_view name);
Result<Topology> built_in_topology(std::string_view name);

// What `up` starts when it is not told otherwise.
inline constexpr std::string_view kDefaultTopology = "three";
Topology three_zones();

}  // namespace hanse::testbed
