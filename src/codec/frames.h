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
#include <utility>

#include "base/result.h"
#include "base/shared_bytes.h"

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

// One whose payload others hold too.
struct SharedFrame {
  SharedFrame(Frame frame)  // NOLINT(google-explicit-constructor): may stand in its place
      : type(frame.type), version(frame.version), payload(std::move(frame.payload)) {}

  std::uint8_t type;
  std::uint8_t version;
  SharedBytes payload;
};

// What goes before the payload. Errors: as encode_frame().
Result<std::string> encode_head(const SharedFrame& frame);

class FrameDecoder {
 public:
  explicit FrameDecoder(std::size_t limit = kFrameLimit) : limit_(limit) {}

  void feed(std::span<const std::byte> data);
  // The same without copies: a place for what comes next, of a large frame its payload itself, otherwise
  // `usual` bytes. Valid until the next call. A head is believed before its payload has come, so this is for
  // streams of which there are few. Not mixed with feed().
  std::span<std::byte> room(std::size_t usual);
  // So many bytes have been put there.
  void took(std::size_t count);
  // The next complete frame; nothing when more bytes are needed.
  Result<std::optional<Frame>> next();
  // False in the middle of a frame: an end of the stream there is a loss.
  bool empty() const { return position_ == end_ && !large_; }

 private:
  // One whose payload is filled in place.
  struct Large {
    Frame frame;
    std::size_t filled = 0;
  };

  // Of the next frame, when its head is there.
  struct Head {
    std::size_t size = 0;
    std::uint8_t type = 0;
    std::uint8_t version = 0;
  };
  std::optional<Head> head() const;
  void begin_large(Head head);
  void drop_taken();

  std::size_t limit_;
  std::string buffer_;  // from position_ to end_ is what has come and is not taken yet
  std::size_t position_ = 0;
  std::size_t end_ = 0;
  std::optional<Large> large_;
};

}  // namespace hanse::codec
