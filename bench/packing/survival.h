// How long an instance lived of which the trace says only that it was alive when its part of the trace ended.
// Drawn from what those of its size lived that got as old, by the product-limit estimate over the trace's
// bins. Single-threaded; cannot fail.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "bench/packing/random.h"

namespace hanse::bench {

class Survival {
 public:
  void count(std::int64_t from_steps, std::int64_t to_steps, bool censored, std::int64_t instances);

  // A whole life in steps, at least `age_steps`; none when it outlives the longest that the trace knows.
  // Requires: an instance of this bin was counted.
  std::optional<std::int64_t> draw(std::int64_t from_steps, std::int64_t age_steps, Random& random) const;

 private:
  struct Bin {
    std::int64_t to_steps = 0;
    double ended = 0;
    double censored = 0;
  };
  std::map<std::int64_t, Bin> bins_;  // by their first step
};

}  // namespace hanse::bench
