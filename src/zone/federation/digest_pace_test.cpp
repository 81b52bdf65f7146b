#include "zone/federation/digest_pace.h"

#include <doctest/doctest.h>

namespace hanse::zone {
namespace {

constexpr std::size_t kLargeFederation = 1'000;

MonotonicTime after(Nanos time) {
  return MonotonicTime(time);
}

TEST_CASE("a change after a quiet time is told at once, also in a large federation") {
  DigestPace pace;
  CHECK(pace.wants(after(Seconds{0}), kLargeFederation, true));
  pace.told(after(Seconds{0}), false);
  CHECK_FALSE(pace.wants(after(Seconds{5}), kLargeFederation, false));
  CHECK(pace.wants(after(Seconds{5}), kLargeFederation, true));
  pace.told(after(Seconds{60}), false);  // it lives
  CHECK(pace.wants(after(Seconds{65}), kLargeFederation, true));
}

TEST_CASE("changes follow each other no faster than the pause") {
  DigestPace pace;
  int told = 0;
  for (Nanos now{0}; now < Seconds{600}; now += kDigestPause) {
    if (!pace.wants(after(now), kLargeFederation, true)) continue;
    pace.told(after(now), told++ > 0);
  }
  CHECK(told == 11);  // ten minutes, and the first
  DigestPace few;
  few.told(after(Seconds{0}), true);
  CHECK_FALSE(few.wants(after(Seconds{4}), 3, true));
  CHECK(few.wants(after(Seconds{5}), 3, true));
}

TEST_CASE("what does not change is told once in a minute") {
  DigestPace pace;
  pace.told(after(Seconds{0}), false);
  CHECK_FALSE(pace.wants(after(Seconds{59}), 3, false));
  CHECK(pace.wants(after(Seconds{60}), 3, false));
}

}  // namespace
}  // namespace hanse::zone
