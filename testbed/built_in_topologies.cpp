#include "testbed/built_in_topologies.h"

#include <algorithm>
#include <string>
#include <vector>

namespace hanse::testbed {
namespace {

const BuiltInTopology* find(std::string_view name) {
  const auto all = built_in_topologies();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const BuiltInTopology& topology) { return topology.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

bool is_built_in(std::string_view name) {
  return find(name) != nullptr;
}

Result<Topology> built_in_topology(std::string_view name) {
  if (const BuiltInTopology* found = find(name))
    return read_topology(std::string(name) + ".yaml", found->text);
  std::vector<std::string_view> names;
  for (const BuiltInTopology& known : built_in_topologies()) names.push_back(known.name);
  return fail(Code::not_found,
              "no topology is named '{}'; use {}, or the path of a file (see docs/testbed.md)", name,
              fmt::join(names, " or "));
}

Topology three_zones() {
  return built_in_topology(kDefaultTopology).value();
}

}  // namespace hanse::testbed
