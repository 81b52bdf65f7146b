// Strong numbers: a quantity with its unit in the type. They compare, add and subtract within one unit and
// cross to another only by a named function. In JSON they are plain numbers (see base/json_mapping.h).
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace hanse {

template <class Tag, class Number = std::int64_t>
struct Quantity {
  static constexpr bool kIsStrongNumber = true;
  Number value = 0;

  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity operator+(Quantity other) const { return {value + other.value}; }
  constexpr Quantity operator-(Quantity other) const { return {value - other.value}; }
  constexpr Quantity& operator+=(Quantity other) {
    value += other.value;
    return *this;
  }
};

using Bytes = Quantity<struct BytesTag>;
using MiB = Quantity<struct MiBTag>;
using VcpuCount = Quantity<struct VcpuTag>;
// Prices are whole millionths of a euro, so that sums and comparisons are exact.
using MicroEuroPerHour = Quantity<struct MicroEuroPerHourTag>;
inline constexpr double kMicrosPerEuro = 1'000'000;
// Of carbon dioxide equivalent, for a kilowatt-hour of electricity.
using GramsPerKwh = Quantity<struct GramsPerKwhTag>;
using BytesPerSecond = Quantity<struct BytesPerSecondTag>;

// The right to run an instance is the pair (instance, epoch); a move ends one epoch and grants the next.
using Epoch = Quantity<struct EpochTag>;

constexpr Bytes to_bytes(MiB size) {
  return {size.value * 1024 * 1024};
}
constexpr MiB to_mib_up(Bytes size) {
  return {(size.value + (1 << 20) - 1) >> 20};
}

// Durations and points in time of std::chrono; see runtime/clock.h for the two clocks.
using Nanos = std::chrono::nanoseconds;
using Micros = std::chrono::microseconds;
using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

}  // namespace hanse
