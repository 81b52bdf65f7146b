#include "host/drivers/simulated/guest_profile.h"

#include <cmath>

#include "runtime/seeded_random.h"

namespace hanse::host::simulated {
namespace {

// From 0, never 1.
double draw_fraction(Random& random) {
  constexpr int kBits = 53;  // of a double
  return static_cast<double>(random.next() >> (64 - kBits)) / static_cast<double>(std::uint64_t{1} << kBits);
}

// FNV-1a: the same on every machine.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

GuestProfile draw_guest(const GuestDistribution& guests, std::string_view uid) {
  SeededRandom random(hash_of(uid) ^ guests.seed);
  GuestProfile profile;
  // The mean of u^k is 1 / (k + 1).
  profile.load = std::pow(draw_fraction(random), 1 / guests.mean_load - 1);
  const auto low = static_cast<double>(guests.dirty_rate_low.value);
  const auto high = static_cast<double>(guests.dirty_rate_high.value);
  const double rate =
      low <= 0 ? high * draw_fraction(random) : low * std::pow(high / low, draw_fraction(random));
  profile.dirty_rate = BytesPerSecond{std::llround(rate)};
  return profile;
}

Nanos draw_exponential(Random& random, Nanos mean) {
  const double part = -std::log1p(-draw_fraction(random));
  return Nanos(std::llround(part * static_cast<double>(mean.count())));
}

}  // namespace hanse::host::simulated
