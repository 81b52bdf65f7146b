// GuestProfile: how busy a simulated guest is. It is drawn by the fleet's seed and the guest's uid, so that a
// guest is the same wherever it runs, and in whatever order a zone asks for guests.
//
// Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/units.h"
#include "runtime/random.h"

namespace hanse::host::simulated {

struct GuestDistribution {
  std::uint64_t seed = 1;
  double mean_load = 0.25;  // of its virtual CPUs, above 0 and at most 1; most guests are below the mean
  BytesPerSecond dirty_rate_low{8'000'000};  // each order of magnitude between the two is as likely
  BytesPerSecond dirty_rate_high{8'000'000};
};

struct GuestProfile {
  double load = 0;            // of its virtual CPUs, from 0 to 1
  BytesPerSecond dirty_rate;  // of its memory
};

GuestProfile draw_guest(const GuestDistribution& guests, std::string_view uid);

// How long until something happens that may happen at any time with the same chance.
Nanos draw_exponential(Random& random, Nanos mean);

}  // namespace hanse::host::simulated
