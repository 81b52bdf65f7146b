// Euro as policies write them, and the whole millionths that are compared. Pure.
#pragma once

#include <cmath>

#include "base/units.h"

namespace hanse::placement {

inline constexpr double kMicroEuro = 1e6;  // in a euro

inline MicroEuroPerHour to_micro_euro(double euro) {
  return {std::llround(euro * kMicroEuro)};
}
inline double to_euro(MicroEuroPerHour price) {
  return static_cast<double>(price.value) / kMicroEuro;
}

}  // namespace hanse::placement
