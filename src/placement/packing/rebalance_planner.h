// Plans the moves that empty hosts: those with the fewest instances first, each wholly or not at all, into
// the room of others. Pure: the caller says how many moves it affords and carries them out; each has room
// where it goes, whatever becomes of the others.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "placement/packing/score.h"

namespace hanse::placement::packing {

struct Move {
  std::size_t instance = 0;
  std::size_t from = 0;
  std::size_t to = 0;
  bool operator==(const Move&) const = default;
};

// At most this share of the running instances is moved in an hour.
inline constexpr double kHourlyMoves = 0.01;

// The part of an hour's moves that is due in this period, rounded down: planning once a period with it never
// moves more than the share in any hour.
std::size_t moves_due(std::size_t running, Seconds period, double hourly = kHourlyMoves);

class RebalancePlanner {
 public:
  // The score chooses where an instance goes; kForbidden keeps it off a host.
  explicit RebalancePlanner(Score score) : score_(std::move(score)) {}

  // No instance moves twice. Hosts that cannot be emptied, or hold one that is not movable, stay as they are.
  std::vector<Move> plan(std::vector<HostState> hosts, const std::vector<InstanceState>& instances,
                         std::size_t max_moves) const;

 private:
  Score score_;
};

}  // namespace hanse::placement::packing
