// How the placement benchmark measures: many operations at once for the rate, one at a time for the
// percentiles; and the random numbers of a seed, equal for all that are compared.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hanse::bench {

using SteadyClock = std::chrono::steady_clock;
using Duration = std::chrono::duration<double>;

// Prints the reason and ends the program with 1.
[[noreturn]] void give_up(const std::string& reason);

// xorshift64*: a few instructions, so that the load does not show in what is measured.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  // Requires: bound > 0.
  std::size_t below(std::size_t bound) {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return static_cast<std::size_t>((state_ * 0x2545f4914f6cdd1d) >> 33) % bound;
  }

 private:
  std::uint64_t state_;
};

// Seconds that this thread has run.
double processor_seconds();

// Operations a second of processor time; `step` is one operation. Looks at the clock once for each `batch`.
template <class Step>
double rate_of(Duration time, std::size_t batch, Step step) {
  const double begin = processor_seconds();
  std::size_t count = 0;
  double passed = 0;
  while (passed < time.count()) {
    for (std::size_t i = 0; i < batch; ++i) step();
    count += batch;
    passed = processor_seconds() - begin;
  }
  return static_cast<double>(count) / passed;
}

struct Percentiles {
  double p50_us = 0;
  double p99_us = 0;
};

inline Percentiles percentiles_of(std::vector<double> micros) {
  const auto at = [&micros](double part) {
    const auto place =
        micros.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(micros.size()));
    std::nth_element(micros.begin(), place, micros.end());
    return *place;
  };
  return {.p50_us = at(0.50), .p99_us = at(0.99)};
}

inline double micros_since(SteadyClock::time_point begin) {
  return std::chrono::duration<double, std::micro>(SteadyClock::now() - begin).count();
}

}  // namespace hanse::bench
