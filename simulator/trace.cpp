#include "simulator/trace.h"

#include <cstdio>
#include <fmt/format.h>

namespace hanse::simulator {

void Trace::note(Nanos when, std::string_view who, std::string_view what) {
  std::string line =
      fmt::format("{:12.6f} {:<10} {}", std::chrono::duration<double>(when).count(), who, what);
  mix(line.size());
  for (const char letter : line) mix(static_cast<unsigned char>(letter));
  if (printing_) fmt::print(stderr, "{}\n", line);
  lines_.push_back(std::move(line));
  if (lines_.size() > kKeptLines) lines_.pop_front();
}

}  // namespace hanse::simulator
