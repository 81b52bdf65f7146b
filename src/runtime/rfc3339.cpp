#include "runtime/rfc3339.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>

namespace hanse {
namespace {

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  int number = 0;
  if (at + count > text.size()) return std::nullopt;
  const char* begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + count, number);
  if (error != std::errc{} || end != begin + count || number < 0) return std::nullopt;
  return number;
}

// What stands between the seconds and the Z: nothing, or a point and digits.
std::optional<Nanos> fraction(std::string_view text) {
  constexpr std::size_t kNanoDigits = 9;
  if (text.empty()) return Nanos{0};
  if (text.front() != '.' || text.size() < 2) return std::nullopt;
  const std::size_t count = std::min(text.size() - 1, kNanoDigits);
  const auto number = digits(text, 1, count);
  if (!number) return std::nullopt;
  Nanos nanos{*number};
  for (std::size_t digit = count; digit < kNanoDigits; ++digit) nanos *= 10;
  return nanos;
}

}  // namespace

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  constexpr std::size_t kWithoutFraction = 19;
  if (text.size() <= kWithoutFraction || !text.ends_with('Z')) return std::nullopt;
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  const auto rest = fraction(text.substr(kWithoutFraction, text.size() - kWithoutFraction - 1));
  if (!year || !month || !day || !hour || !minute || !second || !rest) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                  std::chrono::minutes(*minute) + Seconds(*second) + *rest);
}

}  // namespace hanse
