// The pieces in which frames come must not matter, nor whether they are read into their place; and what was
// read is written the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "codec/frames.h"

namespace {

using namespace hanse::codec;

// Large enough for a frame that is read into its payload.
constexpr std::size_t kLimit = std::size_t{1} << 17;

struct Read {
  std::vector<Frame> frames;
  bool failed = false;
  bool empty = false;
  bool operator==(const Read&) const = default;
};

// So much of it was taken.
std::size_t put(FrameDecoder& decoder, std::span<const std::byte> piece, bool in_place) {
  if (!in_place) {
    decoder.feed(piece);
    return piece.size();
  }
  const std::span<std::byte> place = decoder.room(piece.size());
  const std::size_t count = std::min(piece.size(), place.size());
  std::copy_n(piece.begin(), count, place.begin());
  decoder.took(count);
  return count;
}

Read read_all(const std::string& text, std::size_t piece, bool in_place) {
  FrameDecoder decoder(kLimit);
  Read read;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t count = std::min(piece, text.size() - i);
    i += put(decoder, std::as_bytes(std::span(text).subspan(i, count)), in_place);
    for (;;) {
      auto frame = decoder.next();
      if (!frame) {
        read.failed = true;
        return read;
      }
      if (!*frame) break;
      read.frames.push_back(std::move(**frame));
    }
  }
  read.empty = decoder.empty();
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  // Repeated, so that a short input has large frames too.
  const std::size_t times = data[0] % 64 + std::size_t{1};
  const std::size_t piece = (data[1] + std::size_t{1}) * times;
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text.append(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Read read = read_all(text, piece, false);
  if (read_all(text, piece, true) != read || read_all(text, text.size(), false) != read) std::abort();
  std::string written;
  for (const Frame& frame : read.frames) written += encode_frame(frame).value();
  if (text.compare(0, written.size(), written) != 0) std::abort();
  if (!read.failed && read.empty != (written.size() == text.size())) std::abort();
  return 0;
}
