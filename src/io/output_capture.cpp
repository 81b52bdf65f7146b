#include "io/output_capture.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>

namespace hanse::io {
namespace {

constexpr std::size_t kOutputBytes = 16 << 10;
// Bounds drain(): a pipe holds 64 KiB unless someone enlarged it.
constexpr int kDrainReads = 64;

}  // namespace

bool OutputCapture::read_some(bool& wait) {
  std::array<char, kOutputBytes> buffer;
  const ssize_t count = ::read(pipe_.number(), buffer.data(), buffer.size());
  wait = count < 0 && (errno == EAGAIN || errno == EINTR);
  if (count <= 0) return false;
  const auto room = static_cast<std::size_t>(limit_.value) - text_.size();
  text_.append(buffer.data(), std::min(room, static_cast<std::size_t>(count)));
  return true;
}

Task<void> OutputCapture::collect() {
  for (;;) {
    bool wait = false;
    const bool more = read_some(wait);
    if (!more && !wait) co_return;
    // After each read too: a child that never stops writing must not hold up the loop.
    co_await pipe_.readable();
  }
}

void OutputCapture::drain() {
  bool wait = false;
  for (int i = 0; i < kDrainReads && read_some(wait); ++i) {
  }
}

}  // namespace hanse::io
