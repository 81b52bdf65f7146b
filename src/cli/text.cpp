#include "cli/text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace hanse::cli {
namespace {

// Two units, the smaller left out when it is zero.
std::string two_units(std::int64_t large, std::string_view large_unit, std::int64_t small,
                      std::string_view small_unit) {
  if (small == 0) return fmt::format("{}{}", large, large_unit);
  return fmt::format("{}{}{}{}", large, large_unit, small, small_unit);
}

}  // namespace

std::string bytes_text(std::int64_t bytes) {
  constexpr std::array<std::string_view, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  double number = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (std::abs(number) >= 1000 && unit + 1 < kUnits.size()) {
    number /= 1024;
    ++unit;
  }
  if (unit == 0 || number >= 100) return fmt::format("{:.0f} {}", number, kUnits[unit]);
  return fmt::format("{:.1f} {}", number, kUnits[unit]);
}

std::string milliseconds_text(double milliseconds) {
  if (milliseconds < 10) return fmt::format("{:.1f} ms", milliseconds);
  if (milliseconds < 999.5) return fmt::format("{:.0f} ms", milliseconds);
  if (milliseconds < 60'000) return fmt::format("{:.2f} s", milliseconds / 1000);
  const auto seconds = static_cast<std::int64_t>(milliseconds / 1000);
  if (seconds < 3600) return fmt::format("{} m {:02} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {:02} m", seconds / 3600, seconds / 60 % 60);
}

std::string age_text(Nanos age) {
  constexpr std::int64_t kMinute = 60;
  constexpr std::int64_t kHour = 60 * kMinute;
  constexpr std::int64_t kDay = 24 * kHour;
  const std::int64_t seconds = std::max<std::int64_t>(0, std::chrono::duration_cast<Seconds>(age).count());
  if (seconds < 2 * kMinute) return fmt::format("{}s", seconds);
  if (seconds < 10 * kMinute) return two_units(seconds / kMinute, "m", seconds % kMinute, "s");
  if (seconds < 2 * kHour) return fmt::format("{}m", seconds / kMinute);
  if (seconds < 10 * kHour) return two_units(seconds / kHour, "h", seconds % kHour / kMinute, "m");
  if (seconds < 2 * kDay) return fmt::format("{}h", seconds / kHour);
  return fmt::format("{}d", seconds / kDay);
}

Result<Seconds> parse_duration(std::string_view text) {
  constexpr std::int64_t kMaxSeconds = 10LL * 365 * 24 * 3600;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const std::int64_t factor = unit.empty() || unit == "s" ? 1
                              : unit == "m"               ? 60
                              : unit == "h"               ? 3600
                              : unit == "d"               ? 24 * 3600
                                                          : 0;
  if (error != std::errc{} || factor == 0 || number < 1 || number > kMaxSeconds / factor) {
    return fail(Code::invalid_argument, "'{}' is no span of time; write a number with s, m, h or d, like 24h",
                text.substr(0, 32));
  }
  return Seconds(number * factor);
}

std::string printable(std::string_view text, bool lines) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    out += !control || (lines && (c == '\n' || c == '\t')) ? c : '?';
  }
  return out;
}

}  // namespace hanse::cli
