// ZoneTotals: the totals of the zones that remain of a decision, all of them at once: whole numbers in
// lanes of doubles, which are exact below 2^53 and go through vector registers.
//
// It computes what NormalisedScore (score.h) computes: 0 to 1000 within those that remain, by proportion,
// rounded down. Lifecycle: begin() with how many remain, add() for each score. Never fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace hanse::placement {

// What a zone does not state.
inline constexpr double kUnknown = std::numeric_limits<double>::infinity();

class ZoneTotals {
 public:
  void begin(std::size_t count) { totals_.assign(count, 0); }
  // Requires: a quantity for each that remains; whole numbers or kUnknown.
  void add(const std::vector<double>& quantities, std::int32_t weight);
  double total(std::size_t number) const { return totals_[number]; }

 private:
  void add_exactly(const std::vector<double>& quantities, double best, double worst, double weight);

  std::vector<double> totals_;
};

}  // namespace hanse::placement
