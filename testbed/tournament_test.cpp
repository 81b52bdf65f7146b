#include "testbed/tournament.h"

#include <doctest/doctest.h>
#include <set>

namespace hanse::testbed {
namespace {

TEST_CASE("every two meet once, and nobody twice in a round") {
  for (std::size_t players = 0; players <= 32; ++players) {
    CAPTURE(players);
    std::set<std::pair<std::size_t, std::size_t>> games;
    const auto rounds = tournament(players);
    for (const TournamentRound& round : rounds) {
      std::set<std::size_t> busy;
      for (const auto& [one, other] : round) {
        CHECK(one < other);
        CHECK(other < players);
        CHECK(games.insert({one, other}).second);
        CHECK(busy.insert(one).second);
        CHECK(busy.insert(other).second);
      }
    }
    CHECK(games.size() == players * (players - (players > 0)) / 2);
    if (players > 1) CHECK(rounds.size() == players - (players % 2 == 0));
  }
}

}  // namespace
}  // namespace hanse::testbed
