// SeededRandom: the same numbers for the same seed, so that a simulated fleet, or a test, can be had again.
// Never for secrets.
//
// Thread: the loop.
#pragma once

#include <cstdint>
#include <random>

#include "runtime/random.h"

namespace hanse {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t next() override { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace hanse
