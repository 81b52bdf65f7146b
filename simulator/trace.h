// Trace: what happened, as a running digest and as the last lines for people. Two runs of one seed must have
// the same digest; that is the test of the determinism itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/units.h"
#include "simulator/seeded_random.h"

namespace hanse::simulator {

class Trace {
 public:
  // An event of the queue: when, who, and its place in the order of all.
  void add(Nanos when, std::uint32_t owner, std::uint64_t sequence) {
    mix(static_cast<std::uint64_t>(when.count()));
    mix(owner);
    mix(sequence);
  }
  // Something worth reading: a log line, a fault, a crash.
  void note(Nanos when, std::string_view who, std::string_view what);

  std::uint64_t digest() const { return digest_; }
  // The last kKeptLines lines.
  const std::deque<std::string>& lines() const { return lines_; }
  // Prints every line to standard error as it comes.
  void set_printing(bool printing) { printing_ = printing; }

  static constexpr std::size_t kKeptLines = 5'000;

 private:
  void mix(std::uint64_t value) { digest_ = scramble(digest_ ^ value); }

  std::uint64_t digest_ = 0;
  bool printing_ = false;
  std::deque<std::string> lines_;
};

}  // namespace hanse::simulator
