// SeededRandom: the only source of chance in a simulation. Xoshiro256** fed by splitmix64: the same seed
// gives the same numbers on every machine, which std:: distributions do not promise.
#pragma once

#include <array>
#include <cstdint>

#include "runtime/random.h"

namespace hanse::simulator {

// Scrambles 64 bits; the step of splitmix64.
constexpr std::uint64_t scramble(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed);
  std::uint64_t next() override;

  // Uniform in [0, bound). Requires: bound > 0.
  std::uint64_t below(std::uint64_t bound) { return random_below(*this, bound); }
  // Uniform in [low, high]. Requires: low <= high.
  Nanos between(Nanos low, Nanos high);
  // True in `parts` of a million cases.
  bool chance(std::uint32_t parts_per_million) { return below(1'000'000) < parts_per_million; }

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace hanse::simulator
