// Length-prefixed frames: u32 payload length (big-endian), u8 type, u8 version, then the payload.
//
// Errors: resource_exhausted for a frame over the limit; the stream cannot be read on after it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hanse::codec {

inline constexpr std::size_t kFrameLimit = 4 << 20;  // payload bytes
inline constexpr std::size_t kFrameHeadBytes = 6;

struct Frame {
  std::uint8_t type = 0;
  std::uint8_t version = 1;
  std::string payload = {};
  bool operator==(const Frame&) const = default;
};

Result<std::string> encode_frame(const Frame& frame);

class FrameDecoder {
 public:
  explicit FrameDecoder(std::size_t limit = kFrameLimit) : limit_(limit) {}

  void feed(std::span<const std::byte> data);
  // The next complete frame; nothing when more bytes are needed.
  Result<std::optional<Frame>> next();
  // False in the middle of a frame: an end of the stream there is a loss.
  bool empty() const { return position_ == buffer_.size(); }

 private:
  std::size_t limit_;
  std::string buffer_;
  std::size_t position_ = 0;
};

}  // namespace hanse::codec
