// Reads times as the API and feeds write them: RFC 3339 in UTC, "2026-03-01T12:00:00.250Z". The writer is in
// clock.h. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "runtime/clock.h"

namespace hanse {

// Nothing when it is no such time. Fractions are optional; digits beyond nanoseconds are dropped.
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace hanse
