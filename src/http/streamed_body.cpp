#include "http/streamed_body.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "http/message_io.h"
#include "runtime/timeout.h"

namespace hanse::http {
namespace {

constexpr std::size_t kDiscardBytes = 64 * 1024;

}  // namespace

Task<Result<std::size_t>> StreamedBody::read_some(std::span<std::byte> buffer) {
  if (position_ == piece_.size()) {
    position_ = 0;
    piece_.clear();
    HANSE_CO_TRY(piece_, co_await with_timeout(scheduler_, limit_, "the next piece of the body",
                                               read_piece(stream_, parser_)));
  }
  const std::size_t size = std::min(buffer.size(), piece_.size() - position_);
  std::memcpy(buffer.data(), piece_.data() + position_, size);
  position_ += size;
  co_return size;
}

Task<Status> discard_rest(BufferedStream& stream, std::size_t most) {
  std::vector<std::byte> buffer(kDiscardBytes);
  for (std::size_t dropped = 0; dropped < most;) {
    HANSE_CO_TRY(const std::size_t got, co_await stream.read_some(buffer));
    if (got == 0) break;
    dropped += got;
  }
  co_return Status();
}

}  // namespace hanse::http
