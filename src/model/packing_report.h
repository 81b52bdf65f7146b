// How well the instances of a zone are packed onto its hosts: how many hosts are open, how many any packing
// needs, which is proved, and the moves that would empty some. Made by the zone's HostPacking; plain
// described values, returned by the API.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace hanse::model {

// Moves in one plan.
inline constexpr std::int64_t kMaxPackingMoves = 5'000;

struct PackingMove {
  std::string tenant;
  std::string workspace;
  std::string instance;
  std::string from;  // host
  std::string to;    // host
  bool operator==(const PackingMove&) const = default;
};
BOOST_DESCRIBE_STRUCT(PackingMove, (), (tenant, workspace, instance, from, to))
HANSE_DECLARE_JSON(PackingMove);

struct PackingReport {
  std::int64_t hosts = 0;
  std::int64_t open_hosts = 0;  // that have an instance
  std::int64_t instances = 0;   // on hosts
  std::int64_t at_least = 0;    // hosts that any packing of these instances needs
  std::int64_t left_out = 0;    // instances that the proof does not count
  std::optional<double> ratio;  // open hosts over at_least; none when nothing is needed
  std::int64_t budget = 0;      // moves
  std::int64_t open_after = 0;  // hosts, when all moves are made
  std::vector<PackingMove> moves;
  bool operator==(const PackingReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(PackingReport, (),
                      (hosts, open_hosts, instances, at_least, left_out, ratio, budget, open_after, moves))
HANSE_DECLARE_JSON(PackingReport);

}  // namespace hanse::model
