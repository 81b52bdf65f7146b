#include "settings.h"

#include <algorithm>
#include <charconv>

namespace hanse::witness {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\"'";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool allowed_in_location(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || std::string_view("/._-").find(letter) != std::string_view::npos;
}

struct Bounds {
  std::uint32_t least;
  std::uint32_t most;
};

bool set_number(std::atomic<std::uint32_t>& target, std::string_view value, Bounds bounds) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size()) return false;
  target = std::clamp(number, bounds.least, bounds.most);
  return true;
}

}  // namespace

void Settings::read_user_data(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) set(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
}

bool Settings::set(std::string_view key, std::string_view value) {
  if (key == "lines_per_second") return set_number(lines_per_second, value, {0, kMaximumLinesPerSecond});
  if (key == "line_bytes") return set_number(line_bytes, value, {0, kMaximumLineBytes});
  if (key == "dirty_mb_per_second")
    return set_number(dirty_mb_per_second, value, {0, kMaximumDirtyMbPerSecond});
  if (key == "pattern_mb") return set_number(pattern_mb, value, {1, kMaximumPatternMb});
  if (key == "heartbeat_milliseconds") return set_number(heartbeat_milliseconds, value, {1, 1'000});
  if (key != "location" || value.empty()) return false;
  set_location(value);
  return true;
}

std::string Settings::location() const {
  const std::scoped_lock lock(mutex_);
  return location_;
}

void Settings::set_location(std::string_view location) {
  std::string clean;
  for (const char letter : location.substr(0, kMaximumLocationBytes)) {
    if (allowed_in_location(letter)) clean.push_back(letter);
  }
  const std::scoped_lock lock(mutex_);
  location_ = clean.empty() ? "unknown" : clean;
}

}  // namespace hanse::witness
