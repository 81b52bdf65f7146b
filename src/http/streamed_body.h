// The BodyReader that a server gives to a handler, and the discarding of what nobody reads.
//
// Thread: the loop. Failure: see BodyReader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "codec/http_parser.h"
#include "http/buffered_stream.h"
#include "http/message.h"
#include "runtime/scheduler.h"

namespace hanse::http {

class StreamedBody final : public BodyReader {
 public:
  // Each piece must come within `limit`.
  StreamedBody(Scheduler& scheduler, BufferedStream& stream, codec::RequestParser& parser, Nanos limit)
      : scheduler_(scheduler), stream_(stream), parser_(parser), limit_(limit) {}

  Task<Result<std::size_t>> read_some(std::span<std::byte> buffer) override;
  std::optional<std::uint64_t> content_length() const override { return parser_.head().content_length; }

 private:
  Scheduler& scheduler_;
  BufferedStream& stream_;
  codec::RequestParser& parser_;
  Nanos limit_;
  std::string piece_;
  std::size_t position_ = 0;
};

inline constexpr Nanos kLingerTime = Seconds{2};
inline constexpr std::size_t kLingerBytes = 4 << 20;

// Reads and drops until the other end closes or `most` bytes have come.
Task<Status> discard_rest(BufferedStream& stream, std::size_t most);

}  // namespace hanse::http
