#include "cli/text.h"

#include <doctest/doctest.h>

namespace hanse::cli {
namespace {

TEST_CASE("bytes and times read well") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(999) == "999 B");
  CHECK(bytes_text(1024) == "1.0 KiB");
  CHECK(bytes_text(1'572'864) == "1.5 MiB");
  CHECK(bytes_text(268'435'456) == "256 MiB");
  CHECK(bytes_text(1'073'741'824) == "1.0 GiB");
  CHECK(milliseconds_text(0.84) == "0.8 ms");
  CHECK(milliseconds_text(70.4) == "70 ms");
  CHECK(milliseconds_text(1250) == "1.25 s");
  CHECK(milliseconds_text(125'000) == "2 m 05 s");
  CHECK(milliseconds_text(11'400'000) == "3 h 10 m");
}

TEST_CASE("ages lose detail as they grow") {
  CHECK(age_text(Seconds{-5}) == "0s");
  CHECK(age_text(Seconds{119}) == "119s");
  CHECK(age_text(Seconds{192}) == "3m12s");
  CHECK(age_text(Seconds{180}) == "3m");
  CHECK(age_text(Seconds{3700}) == "61m");
  CHECK(age_text(Seconds{7500}) == "2h5m");
  CHECK(age_text(Seconds{90'000}) == "25h");
  CHECK(age_text(Seconds{345'600}) == "4d");
}

TEST_CASE("spans of time are read with their unit") {
  CHECK(parse_duration("90").value() == Seconds{90});
  CHECK(parse_duration("15m").value() == Seconds{900});
  CHECK(parse_duration("24h").value() == Seconds{86'400});
  CHECK(parse_duration("7d").value() == Seconds{604'800});
  for (const char* bad : {"", "h", "-1h", "0", "5 parsecs", "99999999999d"})
    CHECK_FALSE(parse_duration(bad).has_value());
}

TEST_CASE("control characters stay away from the terminal") {
  CHECK(printable("a\x1b[2Jb\n") == "a?[2Jb?");
  CHECK(printable("a\nb\tc\x07", true) == "a\nb\tc?");
  CHECK(printable("\xc3\xa4") == "\xc3\xa4");
}

}  // namespace
}  // namespace hanse::cli
