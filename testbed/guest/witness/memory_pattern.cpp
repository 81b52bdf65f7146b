#include "memory_pattern.h"

#include <cstddef>

#include "crc32c.h"
#include "pace.h"

namespace hanse::witness {
namespace {

constexpr std::uint64_t kPagesPerMb = 1'048'576 / MemoryPattern::kPageBytes;
// Pages that nothing rewrites are still looked at, at this rate.
constexpr std::uint64_t kVerifiedPagesPerSecond = 512;
constexpr std::int64_t kStepNanoseconds = 10 * kNanosecondsPerMillisecond;

std::uint64_t next_random(std::uint64_t& state) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

}  // namespace

MemoryPattern::MemoryPattern(const Settings& settings)
    : settings_(settings), pages_(settings.pattern_mb * kPagesPerMb), generations_(pages_.size(), 0) {
  for (std::size_t index = 0; index < pages_.size(); ++index) rewrite(index);
}

void MemoryPattern::rewrite(std::size_t index) {
  Page& page = pages_[index];
  page.number = index;
  page.generation = ++generations_[index];
  std::uint64_t state = (page.generation << 32) ^ (index * 2 + 1);
  for (std::uint64_t& word : page.content) word = next_random(state);
  page.checksum = crc32c(&page, offsetof(Page, checksum));
}

bool MemoryPattern::verify(std::size_t index) {
  const Page& page = pages_[index];
  ++verified_;
  const bool sound = page.number == index && page.generation == generations_[index] &&
                     page.checksum == crc32c(&page, offsetof(Page, checksum));
  if (!sound) {
    ++errors_;
    rewrite(index);
  }
  return sound;
}

void MemoryPattern::walk_until(const std::stop_token& stop) {
  Pace rewrite_pace;
  Pace verify_pace;
  std::size_t rewrite_at = 0;
  std::size_t verify_at = 0;
  while (!stop.stop_requested()) {
    const std::uint64_t rewrites = rewrite_pace.due(settings_.dirty_mb_per_second * kPagesPerMb);
    for (std::uint64_t count = 0; count < rewrites && !stop.stop_requested(); ++count) {
      const std::scoped_lock lock(mutex_);
      verify(rewrite_at);
      rewrite(rewrite_at);
      ++rewritten_;
      rewrite_at = (rewrite_at + 1) % pages_.size();
    }
    const std::uint64_t checks = verify_pace.due(kVerifiedPagesPerSecond);
    for (std::uint64_t count = 0; count < checks; ++count) {
      const std::scoped_lock lock(mutex_);
      verify(verify_at);
      verify_at = (verify_at + 1) % pages_.size();
    }
    sleep_until(monotonic_nanoseconds() + kStepNanoseconds);
  }
}

std::uint64_t MemoryPattern::check() {
  std::uint64_t damaged = 0;
  for (std::size_t index = 0; index < pages_.size(); ++index) {
    const std::scoped_lock lock(mutex_);
    if (!verify(index)) ++damaged;
  }
  return damaged;
}

}  // namespace hanse::witness
