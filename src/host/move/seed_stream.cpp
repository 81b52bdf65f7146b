#include "host/move/seed_stream.h"

#include <span>
#include <utility>

#include "base/bytes.h"
#include "runtime/timeout.h"

namespace hanse::host {
namespace {

constexpr std::size_t kSeedBuffer = std::size_t{256} << 10;

}  // namespace

SeedStream::SeedStream(Scheduler& scheduler, std::unique_ptr<Stream> stream)
    : scheduler_(scheduler), stream_(std::move(stream)), buffer_(kSeedBuffer) {}

Task<Result<std::size_t>> SeedStream::read_some(std::optional<Nanos> limit) {
  if (!limit) co_return co_await stream_->read_some(buffer_);
  co_return co_await with_timeout(scheduler_, *limit, "the answer of the other host",
                                  stream_->read_some(buffer_));
}

Task<Result<codec::Frame>> SeedStream::next(std::optional<Nanos> limit) {
  for (;;) {
    HANSE_CO_TRY(std::optional<codec::Frame> frame, decoder_.next());
    if (frame && frame->version != codec::kSeedVersion)
      co_return fail(Code::invalid_argument, "the other host speaks version {} of the seeding, this one {}",
                     frame->version, codec::kSeedVersion);
    if (frame) co_return std::move(*frame);
    HANSE_CO_TRY(const std::size_t count, co_await read_some(limit));
    if (count == 0) co_return fail(Code::unavailable, "the other host has closed the stream");
    decoder_.feed(std::span(buffer_).first(count));
  }
}

Task<Status> SeedStream::send(codec::Frame frame) {
  HANSE_CO_TRY(const std::string bytes, codec::encode_frame(frame));
  co_return co_await with_timeout(scheduler_, kSeedSilence, "sending to the other host",
                                  stream_->write(as_bytes(bytes)));
}

}  // namespace hanse::host
