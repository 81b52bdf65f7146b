// A tournament: every two of a number of players meet once, in rounds in which each plays at most one game,
// so that the games of a round can be played at the same time. Pure.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace hanse::testbed {

using TournamentRound = std::vector<std::pair<std::size_t, std::size_t>>;  // the lower number first

// The fewest rounds that there can be: players - 1 for an even number, else players.
std::vector<TournamentRound> tournament(std::size_t players);

}  // namespace hanse::testbed
