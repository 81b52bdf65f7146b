// Randomness. The real one draws from the operating system and is fit for secrets; the simulator's is seeded.
#pragma once

#include <cstdint>
#include <string>

#include "base/units.h"

namespace hanse {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;
};

// Uniform in [0, bound). Requires: bound > 0. The bias of the remainder is below 2^-32 for bounds below 2^32.
std::uint64_t random_below(Random& random, std::uint64_t bound);

// Lower-case hexadecimal digits, 4 bits each: random_token(random, 32) has 128 bits.
std::string random_token(Random& random, int digits);

// Exponential back-off with full jitter: uniform in [base, min(cap, base * 2^attempt)]. Requires: 0 < base <=
// cap.
Nanos backoff_delay(Random& random, int attempt, Nanos base, Nanos cap);

}  // namespace hanse
