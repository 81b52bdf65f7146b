// Random numbers of the operating system, fit for secrets; fetched a buffer at a time. Thread: the loop.
// Failure: a kernel without getrandom() ends the program, since nothing would be safe there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "runtime/random.h"

namespace hanse::io {

class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;

 private:
  // getrandom() never returns less than asked for up to this size.
  static constexpr std::size_t kBufferBytes = 256;
  std::array<std::uint64_t, kBufferBytes / sizeof(std::uint64_t)> buffer_{};
  std::size_t used_ = buffer_.size();
};

}  // namespace hanse::io
