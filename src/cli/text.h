// Numbers and times as people read them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "runtime/clock.h"
#include "runtime/rfc3339.h"

namespace hanse::cli {

// "0 B", "999 B", "1.5 MiB", "200 GiB".
std::string bytes_text(std::int64_t bytes);
// Milliseconds as a span of time: "0.8 ms", "70 ms", "1.25 s", "2 m 05 s", "3 h 10 m".
std::string milliseconds_text(double milliseconds);
// An age in one or two units: "5s", "3m12s", "2h", "4d".
std::string age_text(Nanos age);

// "90", "90s", "15m", "24h", "7d". Errors: invalid_argument.
Result<Seconds> parse_duration(std::string_view text);

// Control characters of what a zone or a guest says never reach the terminal: they become '?'. Tabs and
// line feeds stay when `lines` is set.
std::string printable(std::string_view text, bool lines = false);

}  // namespace hanse::cli
