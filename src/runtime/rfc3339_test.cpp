#include "runtime/rfc3339.h"

#include <doctest/doctest.h>

namespace hanse {
namespace {

TEST_CASE("times are read, with and without a fraction") {
  const auto time = parse_rfc3339("2026-03-01T12:00:00.250Z");
  REQUIRE(time.has_value());
  CHECK(to_rfc3339(*time) == "2026-03-01T12:00:00.250Z");
  CHECK(parse_rfc3339("1970-01-01T00:00:01Z")->time_since_epoch() == Seconds{1});
  for (const char* bad : {"", "yesterday", "2026-03-01", "2026-13-01T00:00:00Z", "2026-03-01T12:00:00.Z"})
    CHECK_FALSE(parse_rfc3339(bad).has_value());
}

}  // namespace
}  // namespace hanse
