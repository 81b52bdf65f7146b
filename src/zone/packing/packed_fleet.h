// PackedFleet: a zone's hosts with what is on them, as packing looks at it, and the two questions that it is
// asked: how many hosts are needed at least, and which moves would empty some. Plain values and pure
// functions; both may take seconds in a large zone and are not for the loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/packing_report.h"
#include "placement/packing/host_state.h"
#include "zone/resource_id.h"

namespace hanse::zone {

struct PackedFleet {
  struct Host {
    std::string name;
    std::string architecture;
    std::size_t capabilities = 0;  // hosts of the same number run the same machines
    placement::packing::Size capacity;
    placement::packing::Size free;  // less what is only reserved, too
    bool takes_part = true;         // in moves, at either end
  };
  struct Instance {
    ResourceId id;
    std::size_t host = 0;
    placement::packing::Size size;
    bool movable = true;
    // In a move within the zone, which has its room on both hosts: it keeps neither of them in use.
    bool leaving = false;
  };

  std::vector<Host> hosts;
  std::vector<Instance> instances;
  std::size_t running = 0;  // instances, whether they can be moved or not
};

// 1 % of the instances, and at least 1.
std::int64_t default_budget(const PackedFleet& fleet);

// Moves that empty hosts, each wholly; each has room where it goes, whatever becomes of the others.
std::vector<model::PackingMove> plan_moves(const PackedFleet& fleet, std::int64_t budget);

// All of it. `max_work` bounds the proof, see open_hosts_bound.h.
model::PackingReport report_on(const PackedFleet& fleet, std::int64_t budget, std::int64_t max_work);

}  // namespace hanse::zone
