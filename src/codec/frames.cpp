#include "codec/frames.h"

#include <utility>

namespace hanse::codec {

Result<std::string> encode_frame(const Frame& frame) {
  const std::size_t size = frame.payload.size();
  if (size > kFrameLimit) {
    return fail(Code::resource_exhausted, "a frame of {} bytes is over the limit of {}; split it", size,
                kFrameLimit);
  }
  std::string out;
  out.reserve(kFrameHeadBytes + size);
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>((size >> shift) & 0xff);
  out += static_cast<char>(frame.type);
  out += static_cast<char>(frame.version);
  return out += frame.payload;
}

void FrameDecoder::feed(std::span<const std::byte> data) {
  if (position_ > 0) {
    buffer_.erase(0, position_);
    position_ = 0;
  }
  buffer_.append(reinterpret_cast<const char*>(data.data()), data.size());
}

Result<std::optional<Frame>> FrameDecoder::next() {
  const std::size_t available = buffer_.size() - position_;
  if (available < kFrameHeadBytes) return std::nullopt;
  const auto byte_at = [this](std::size_t i) { return static_cast<std::uint8_t>(buffer_[position_ + i]); };
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = size << 8 | byte_at(i);
  if (size > limit_) {
    return fail(Code::resource_exhausted, "a frame of {} bytes is over the limit of {}", size, limit_);
  }
  if (available < kFrameHeadBytes + size) return std::nullopt;
  Frame frame{byte_at(4), byte_at(5), buffer_.substr(position_ + kFrameHeadBytes, size)};
  position_ += kFrameHeadBytes + size;
  return frame;
}

}  // namespace hanse::codec
