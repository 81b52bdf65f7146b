#include "host/drivers/simulated/guest_profile.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "runtime/seeded_random.h"

namespace hanse::host::simulated {
namespace {

constexpr int kGuests = 10'000;

TEST_CASE("a guest is the same for the same seed and uid, and others are others") {
  const GuestDistribution guests{.seed = 3};
  CHECK(draw_guest(guests, "a").load == draw_guest(guests, "a").load);
  CHECK(draw_guest(guests, "a").load != draw_guest(guests, "b").load);
  CHECK(draw_guest(guests, "a").load != draw_guest({.seed = 4}, "a").load);
}

TEST_CASE("loads have their mean, and dirty rates fill their range evenly by magnitude") {
  const GuestDistribution guests{.mean_load = 0.2,
                                 .dirty_rate_low = BytesPerSecond{10'000},
                                 .dirty_rate_high = BytesPerSecond{1'000'000}};
  double load = 0;
  int below_middle = 0;
  for (int i = 0; i < kGuests; ++i) {
    const GuestProfile guest = draw_guest(guests, fmt::format("guest-{}", i));
    CHECK((guest.load >= 0 && guest.load <= 1));
    CHECK((guest.dirty_rate.value >= 10'000 && guest.dirty_rate.value <= 1'000'000));
    load += guest.load;
    if (guest.dirty_rate.value < 100'000) ++below_middle;
  }
  CHECK(load / kGuests == doctest::Approx(0.2).epsilon(0.05));
  CHECK(below_middle / double{kGuests} == doctest::Approx(0.5).epsilon(0.05));
}

TEST_CASE("times of failures have their mean") {
  SeededRandom random(5);
  double sum = 0;
  for (int i = 0; i < kGuests; ++i)
    sum += static_cast<double>(draw_exponential(random, Seconds{100}).count());
  CHECK(sum / kGuests == doctest::Approx(1e11).epsilon(0.05));
}

}  // namespace
}  // namespace hanse::host::simulated
