#include "simulator/seeded_random.h"

#include <bit>

namespace hanse::simulator {

SeededRandom::SeededRandom(std::uint64_t seed) : state_() {
  for (std::uint64_t& word : state_) word = seed = scramble(seed);
}

std::uint64_t SeededRandom::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

Nanos SeededRandom::between(Nanos low, Nanos high) {
  return low + Nanos(static_cast<std::int64_t>(below(static_cast<std::uint64_t>((high - low).count()) + 1)));
}

}  // namespace hanse::simulator
