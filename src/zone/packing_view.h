// The hosts and instances of a zone as the packing planners see them: what is connected and open for new
// instances, in groups of hosts that can take each other's, and what may be moved of that. Pure but for
// reading the tables and what hosts have said.
#pragma once

#include <string>
#include <vector>

#include "placement/packing/host_state.h"
#include "zone/host_sessions.h"
#include "zone/tables.h"

namespace hanse::zone {

// Hosts of one architecture with the same CPU models and machine types, and what is on them. Positions in the
// states are those in the lists of names.
struct PackingGroup {
  std::vector<std::string> host_names;
  std::vector<placement::packing::HostState> hosts;
  std::vector<ResourceId> instance_ids;
  std::vector<placement::packing::InstanceState> instances;
};

struct PackingView {
  std::vector<PackingGroup> groups;
  std::size_t running = 0;  // instances in the whole zone, whether they can be moved or not
};

// A host that drains, takes nothing new, is not connected or cannot move machines live is in no group.
// Errors: data_loss when a record cannot be read.
Result<PackingView> packing_view(const Tables& tables, const HostSessions& hosts);

}  // namespace hanse::zone
