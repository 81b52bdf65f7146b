// The pieces in which frames come must not matter, and what was read is written the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "codec/frames.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hanse::codec;
  if (size < 2) return 0;
  const std::size_t piece = data[0] + std::size_t{1};
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  // Large enough for a frame that is read into its own payload.
  FrameDecoder decoder(std::size_t{1} << 17);
  const bool in_place = (data[0] & 1) != 0;
  std::string written;
  for (std::size_t i = 0; i < text.size();) {
    auto next = std::as_bytes(std::span(text).subspan(i, std::min(piece, text.size() - i)));
    if (in_place) {
      const std::span<std::byte> place = decoder.room(piece);
      next = next.first(std::min(next.size(), place.size()));
      std::copy(next.begin(), next.end(), place.begin());
      decoder.took(next.size());
    } else {
      decoder.feed(next);
    }
    i += next.size();
    for (;;) {
      const auto frame = decoder.next();
      if (!frame) return 0;
      if (!*frame) break;
      written += encode_frame(**frame).value();
    }
  }
  if (text.compare(0, written.size(), written) != 0) std::abort();
  return 0;
}
