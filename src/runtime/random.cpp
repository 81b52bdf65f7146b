#include "runtime/random.h"

#include <algorithm>

namespace hanse {

std::uint64_t random_below(Random& random, std::uint64_t bound) {
  return random.next() % bound;
}

std::string random_token(Random& random, int digits) {
  constexpr char kDigits[] = "0123456789abcdef";
  constexpr int kDigitsPerDraw = 16;
  std::string token;
  std::uint64_t bits = 0;
  for (int i = 0; i < digits; ++i) {
    if (i % kDigitsPerDraw == 0) bits = random.next();
    token += kDigits[bits & 15];
    bits >>= 4;
  }
  return token;
}

Nanos backoff_delay(Random& random, int attempt, Nanos base, Nanos cap) {
  constexpr int kMaxDoublings = 30;
  Nanos ceiling = base;
  for (int i = 0; i < std::min(attempt, kMaxDoublings) && ceiling < cap; ++i)
    ceiling = std::min(cap, ceiling * 2);
  const auto span = static_cast<std::uint64_t>((ceiling - base).count()) + 1;
  return base + Nanos(static_cast<std::int64_t>(random_below(random, span)));
}

}  // namespace hanse
