#include "log_reader.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unistd.h>
#include <vector>

#include "crc32c.h"

namespace hanse::witness {
namespace {

constexpr std::size_t kReadBytes = 65'536;

// The number of a line whose checksum is right.
std::optional<std::uint64_t> number_of(std::string_view line) {
  const std::size_t space = line.rfind(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view checksum = line.substr(space + 1);
  std::uint32_t expected = 0;
  const auto [end, error] = std::from_chars(checksum.data(), checksum.data() + checksum.size(), expected, 16);
  if (error != std::errc{} || checksum.size() != 8 || end != checksum.data() + checksum.size())
    return std::nullopt;
  if (crc32c(line.substr(0, space)) != expected) return std::nullopt;
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(line.data(), line.data() + space, number);
  if (parsed.ec != std::errc{} || number == 0) return std::nullopt;
  return number;
}

}  // namespace

void LogReader::read(int file, std::uint64_t bytes) {
  std::vector<char> buffer(kReadBytes);
  for (std::uint64_t offset = 0; offset < bytes;) {
    const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), bytes - offset);
    const ssize_t got = pread(file, buffer.data(), wanted, static_cast<off_t>(offset));
    if (got <= 0) return;
    offset += static_cast<std::uint64_t>(got);
    rest_.append(buffer.data(), static_cast<std::size_t>(got));
    std::size_t start = 0;
    for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', start)) {
      take_line(std::string_view(rest_).substr(start, end - start));
      start = end + 1;
    }
    whole_bytes_ += start;
    rest_.erase(0, start);
  }
}

void LogReader::take_line(std::string_view line) {
  ++verdict_.lines;
  const std::optional<std::uint64_t> number = number_of(line);
  if (!number) {
    ++verdict_.damaged;
    ++last_number_;  // It stands where the next number belongs: damaged, not also missing.
    return;
  }
  if (*number <= last_number_) {
    ++verdict_.repeated;
    return;
  }
  verdict_.missing += *number - last_number_ - 1;
  last_number_ = *number;
}

}  // namespace hanse::witness
