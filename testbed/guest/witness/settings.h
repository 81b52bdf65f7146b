// What the witness is told: rates and sizes from NoCloud user-data, changed at run time by HTTP, and its
// location. One object, made by main before any thread and outliving them all; every member may be read and
// written by any thread. Unknown keys and unreadable values are ignored: user-data is shared with other
// readers.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace hanse::witness {

class Settings {
 public:
  static constexpr std::uint32_t kMaximumLinesPerSecond = 10'000;
  static constexpr std::uint32_t kMaximumLineBytes = 4'096;
  static constexpr std::uint32_t kMaximumDirtyMbPerSecond = 4'096;
  static constexpr std::uint32_t kMaximumPatternMb = 1'024;
  static constexpr std::size_t kMaximumLocationBytes = 128;

  // Reads `key: value` lines, indented or not, as under `hanse_witness:` in a #cloud-config document.
  void read_user_data(std::string_view text);

  // Sets one value, clamped to its bounds; false if the key is unknown or the value is not a number.
  bool set(std::string_view key, std::string_view value);

  [[nodiscard]] std::string location() const;
  // Keeps letters, digits and "/._-" only, so that a location fits into a log line and into JSON.
  void set_location(std::string_view location);

  std::atomic<std::uint32_t> lines_per_second{20};
  std::atomic<std::uint32_t> line_bytes{64};
  std::atomic<std::uint32_t> dirty_mb_per_second{1};
  std::atomic<std::uint32_t> pattern_mb{16};
  std::atomic<std::uint32_t> heartbeat_milliseconds{10};

 private:
  mutable std::mutex mutex_;
  std::string location_ = "unknown";
};

}  // namespace hanse::witness
