// N checksummed memory pages, rewritten at a set rate and verified as the walk passes, so that a page lost,
// torn or stale after a move is seen. One thread runs walk_until(); any thread may ask and check. A damaged
// page counts once and is rewritten.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <vector>

#include "settings.h"

namespace hanse::witness {

class MemoryPattern {
 public:
  static constexpr std::size_t kPageBytes = 4'096;

  // Takes `pattern_mb` from the settings and writes every page once.
  explicit MemoryPattern(const Settings& settings);
  MemoryPattern(const MemoryPattern&) = delete;
  MemoryPattern& operator=(const MemoryPattern&) = delete;

  void walk_until(const std::stop_token& stop);
  // Verifies all pages now; returns the damaged ones, which also count as errors.
  std::uint64_t check();

  [[nodiscard]] std::uint64_t pages() const { return pages_.size(); }
  [[nodiscard]] std::uint64_t rewritten() const { return rewritten_; }
  [[nodiscard]] std::uint64_t verified() const { return verified_; }
  [[nodiscard]] std::uint64_t errors() const { return errors_; }

 private:
  struct alignas(kPageBytes) Page {
    std::uint64_t number;
    std::uint64_t generation;
    std::array<std::uint64_t, kPageBytes / 8 - 3> content;
    std::uint64_t checksum;
  };
  static_assert(sizeof(Page) == kPageBytes);

  // Both require the mutex.
  void rewrite(std::size_t index);
  bool verify(std::size_t index);

  const Settings& settings_;
  std::mutex mutex_;
  std::vector<Page> pages_;
  // What each page must hold; apart from the pages, so that an old but whole page is found out.
  std::vector<std::uint64_t> generations_;
  std::atomic<std::uint64_t> rewritten_{0};
  std::atomic<std::uint64_t> verified_{0};
  std::atomic<std::uint64_t> errors_{0};
};

}  // namespace hanse::witness
