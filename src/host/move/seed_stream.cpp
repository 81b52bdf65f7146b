#include "host/move/seed_stream.h"

#include <span>
#include <utility>

#include "base/bytes.h"
#include "runtime/timeout.h"

namespace hanse::host {
namespace {

// Of frames that are small; the others are read into their own payload.
constexpr std::size_t kSeedBuffer = std::size_t{64} << 10;

}  // namespace

SeedStream::SeedStream(Scheduler& scheduler, std::unique_ptr<Stream> stream)
    : scheduler_(scheduler), stream_(std::move(stream)) {}

Task<Result<std::size_t>> SeedStream::read_some(std::optional<Nanos> limit) {
  const std::span<std::byte> place = decoder_.room(kSeedBuffer);
  if (!limit) co_return co_await stream_->read_some(place);
  co_return co_await with_timeout(scheduler_, *limit, "the answer of the other host",
                                  stream_->read_some(place));
}

Task<Result<codec::SharedFrame>> SeedStream::next(std::optional<Nanos> limit) {
  for (;;) {
    HANSE_CO_TRY(std::optional<codec::Frame> frame, decoder_.next());
    if (frame && frame->version != codec::kSeedVersion)
      co_return fail(Code::invalid_argument, "the other host speaks version {} of the seeding, this one {}",
                     frame->version, codec::kSeedVersion);
    if (frame) co_return std::move(*frame);
    HANSE_CO_TRY(const std::size_t count, co_await read_some(limit));
    if (count == 0) co_return fail(Code::unavailable, "the other host has closed the stream");
    decoder_.took(count);
  }
}

Task<Status> SeedStream::send(codec::SharedFrame frame) {
  co_return co_await with_timeout(scheduler_, kSeedSilence, "sending to the other host",
                                  write(std::move(frame)));
}

// A large payload costs less to send by itself than to copy behind its head.
Task<Status> SeedStream::write(codec::SharedFrame frame) {
  HANSE_CO_TRY(std::string head, codec::encode_head(frame));
  const bool together = frame.payload.size() < kSeedBuffer;
  if (together) head += frame.payload.view();
  HANSE_CO_CHECK(co_await stream_->write(as_bytes(head)));
  if (together) co_return Status();
  co_return co_await stream_->write(as_bytes(frame.payload.view()));
}

}  // namespace hanse::host
