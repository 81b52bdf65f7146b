#include "codec/frames.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace hanse::codec {
namespace {

// From here on a copy costs more than what it takes to begin a buffer of its own.
constexpr std::size_t kLargePayload = std::size_t{64} << 10;

Result<std::string> head_of(std::uint8_t type, std::uint8_t version, std::size_t size) {
  if (size > kFrameLimit) {
    return fail(Code::resource_exhausted, "a frame of {} bytes is over the limit of {}; split it", size,
                kFrameLimit);
  }
  std::string head;
  for (const int shift : {24, 16, 8, 0}) head += static_cast<char>((size >> shift) & 0xff);
  head += static_cast<char>(type);
  head += static_cast<char>(version);
  return head;
}

}  // namespace

Result<std::string> encode_head(const SharedFrame& frame) {
  return head_of(frame.type, frame.version, frame.payload.size());
}

Result<std::string> encode_frame(const Frame& frame) {
  HANSE_TRY(std::string out, head_of(frame.type, frame.version, frame.payload.size()));
  return out += frame.payload;
}

void FrameDecoder::drop_taken() {
  if (position_ == 0) return;
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(position_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
  end_ -= position_;
  position_ = 0;
}

void FrameDecoder::feed(std::span<const std::byte> data) {
  drop_taken();
  buffer_.resize(end_);
  buffer_.append(reinterpret_cast<const char*>(data.data()), data.size());
  end_ = buffer_.size();
}

std::optional<FrameDecoder::Head> FrameDecoder::head() const {
  if (end_ - position_ < kFrameHeadBytes) return std::nullopt;
  const auto byte_at = [this](std::size_t i) { return static_cast<std::uint8_t>(buffer_[position_ + i]); };
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = size << 8 | byte_at(i);
  return Head{.size = size, .type = byte_at(4), .version = byte_at(5)};
}

// What has come of it already is moved there.
void FrameDecoder::begin_large(Head head) {
  const std::size_t come = end_ - position_ - kFrameHeadBytes;
  Frame frame{head.type, head.version, {}};
  frame.payload.reserve(head.size);
  frame.payload.assign(buffer_, position_ + kFrameHeadBytes, come);
  frame.payload.resize(head.size);
  large_ = Large{.frame = std::move(frame), .filled = come};
  position_ = 0;
  end_ = 0;
}

std::span<std::byte> FrameDecoder::room(std::size_t usual) {
  const auto begun = head();
  const bool large = !large_ && begun && begun->size >= kLargePayload && begun->size <= limit_;
  if (large && end_ - position_ < kFrameHeadBytes + begun->size) begin_large(*begun);
  if (large_) return std::as_writable_bytes(std::span(large_->frame.payload).subspan(large_->filled));
  drop_taken();
  // Bytes that are there already are not cleared again.
  if (buffer_.size() < end_ + usual) buffer_.resize(end_ + usual);
  return std::as_writable_bytes(std::span(buffer_).subspan(end_, usual));
}

void FrameDecoder::took(std::size_t count) {
  (large_ ? large_->filled : end_) += count;
}

Result<std::optional<Frame>> FrameDecoder::next() {
  if (large_) {
    if (large_->filled < large_->frame.payload.size()) return std::nullopt;
    Frame whole = std::move(large_->frame);
    large_.reset();
    return whole;
  }
  const std::optional<Head> begun = head();
  if (!begun) return std::nullopt;
  if (begun->size > limit_)
    return fail(Code::resource_exhausted, "a frame of {} bytes is over the limit of {}", begun->size, limit_);
  if (end_ - position_ < kFrameHeadBytes + begun->size) return std::nullopt;
  Frame frame{begun->type, begun->version, buffer_.substr(position_ + kFrameHeadBytes, begun->size)};
  position_ += kFrameHeadBytes + begun->size;
  return frame;
}

}  // namespace hanse::codec
