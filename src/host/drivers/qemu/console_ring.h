// ConsoleRing: the last kConsoleRing bytes that a guest wrote to its serial console, addressed by their
// offset in all that it ever wrote. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "host/driver.h"

namespace hanse::host::qemu {

inline constexpr std::size_t kConsoleRing = std::size_t{256} << 10;

class ConsoleRing {
 public:
  void append(std::string_view text);
  // From `offset` on; from the oldest byte when that has been dropped, nothing when it is yet to come.
  Driver::ConsoleOutput read(std::uint64_t offset) const;

 private:
  std::string text_;           // at most twice the ring, so that the oldest half is dropped rarely
  std::uint64_t dropped_ = 0;  // bytes before text_
};

}  // namespace hanse::host::qemu
