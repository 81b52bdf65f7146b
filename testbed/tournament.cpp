#include "testbed/tournament.h"

#include <algorithm>

namespace hanse::testbed {

// The circle method: one seat is fixed, the others go round it, and who faces each other plays. With an odd
// number the last seat is empty, and who faces it waits.
std::vector<TournamentRound> tournament(std::size_t players) {
  if (players < 2) return {};
  const std::size_t seats = players + players % 2;
  std::vector<TournamentRound> rounds(seats - 1);
  for (std::size_t round = 0; round < rounds.size(); ++round) {
    const auto at = [&](std::size_t seat) { return seat == 0 ? 0 : (seat - 1 + round) % (seats - 1) + 1; };
    for (std::size_t seat = 0; seat < seats / 2; ++seat) {
      const auto [low, high] = std::minmax({at(seat), at(seats - 1 - seat)});
      if (high < players) rounds[round].emplace_back(low, high);
    }
  }
  return rounds;
}

}  // namespace hanse::testbed
