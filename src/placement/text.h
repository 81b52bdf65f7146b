// How placement writes quantities for people, so that every reason reads alike. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.h"
#include "placement/candidate.h"

namespace hanse::placement {

std::string to_text(Micros time);                                 // "28.1 ms"
std::string to_text(MicroEuroPerHour price);                      // "0.05 EUR/h", without trailing zeros
std::string to_text(MicroEuroPerHour price, PriceSource source);  // "0.05 EUR/h (stated)"
std::string to_text(GramsPerKwh carbon);                          // "57 g/kWh"

// "1 zone", "2 zones"
std::string counted(std::int64_t count, std::string_view noun);

}  // namespace hanse::placement
