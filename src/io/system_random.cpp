#include "io/system_random.h"

#include <cerrno>
#include <stdexcept>
#include <sys/random.h>
#include <sys/types.h>
#include <utility>

namespace hanse::io {

std::uint64_t SystemRandom::next() {
  if (used_ == buffer_.size()) {
    ssize_t got = 0;
    do {
      got = getrandom(buffer_.data(), kBufferBytes, 0);
    } while (got < 0 && errno == EINTR);
    if (got != static_cast<ssize_t>(kBufferBytes))
      throw std::runtime_error("the kernel gives no random numbers");
    used_ = 0;
  }
  // A number that was handed out leaves no copy behind.
  return std::exchange(buffer_[used_++], 0);
}

}  // namespace hanse::io
