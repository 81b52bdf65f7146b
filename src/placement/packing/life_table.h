// How much longer an instance will probably run, learned from those that ended and those that still run: a
// life table for each kind (a flavour, say), as actuaries keep it. It knows of an instance its kind and its
// age, never its end. The caller counts ends as they happen and now and then takes a census of what runs.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include "base/units.h"

namespace hanse::placement::packing {

class LifeTable {
 public:
  struct Running {
    std::size_t kind = 0;
    Seconds age{};
  };

  explicit LifeTable(std::size_t kinds);

  void count_end(std::size_t kind, Seconds age);

  // Learns anew from all ends so far and from what runs now.
  void take_census(std::span<const Running> running);

  // The time after which half of those of this kind and age have ended; a day before the first census, and
  // kLongest where fewer end.
  Seconds median_rest(std::size_t kind, Seconds age) const;

  static constexpr Seconds kLongest = std::chrono::hours(7 * 24);

 private:
  // Ages by half powers of two of five minutes: the last bracket begins at two weeks.
  static constexpr std::size_t kBrackets = 24;
  using Counts = std::array<double, kBrackets>;

  struct Kind {
    Counts ended{};
    Counts running{};
    std::array<Seconds, kBrackets> median_rest{};
  };

  static std::size_t bracket_of(Seconds age);
  static Seconds begin_of(std::size_t bracket);
  static void learn(Kind& kind);

  std::vector<Kind> kinds_;
};

}  // namespace hanse::placement::packing
