#include "host/drivers/qemu/console_ring.h"

#include <algorithm>

namespace hanse::host::qemu {

void ConsoleRing::append(std::string_view text) {
  text_.append(text);
  if (text_.size() < 2 * kConsoleRing) return;
  const std::size_t excess = text_.size() - kConsoleRing;
  text_.erase(0, excess);
  dropped_ += excess;
}

Driver::ConsoleOutput ConsoleRing::read(std::uint64_t offset) const {
  const std::uint64_t end = dropped_ + text_.size();
  const std::uint64_t oldest = end - std::min<std::uint64_t>(text_.size(), kConsoleRing);
  const std::uint64_t from = std::clamp(offset, oldest, end);
  return {.offset = from, .text = text_.substr(from - dropped_)};
}

}  // namespace hanse::host::qemu
