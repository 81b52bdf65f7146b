#include "http/event_session.h"

#include <array>
#include <utility>

#include "base/scope.h"
#include "codec/server_sent_events.h"
#include "http/message_io.h"
#include "runtime/sleep.h"

namespace hanse::http {
namespace {

constexpr std::size_t kIgnoredBytes = 4096;

// Holds the stream for one write. A write that was given up half-way leaves a torn stream.
struct WriteTurn {
  bool& writing;
  bool& broken;
  Signal& written;
  bool complete = false;
  WriteTurn(bool& busy, bool& torn, Signal& done) : writing(busy), broken(torn), written(done) {
    writing = true;
  }
  WriteTurn(const WriteTurn&) = delete;
  WriteTurn& operator=(const WriteTurn&) = delete;
  ~WriteTurn() {
    writing = false;
    if (!complete) broken = true;
    written.notify();
  }
};

}  // namespace

EventSession::EventSession(Runtime& runtime, const ServerLimits& limits, Stream& stream, bool chunked)
    : runtime_(runtime),
      limits_(limits),
      stream_(stream),
      chunked_(chunked),
      written_(runtime.scheduler),
      ended_(runtime.scheduler) {}

Task<void> EventSession::run(std::function<Task<void>(EventWriter&)> function) {
  const auto before = ended_.version();
  Scope scope(3);
  const bool started =
      scope.spawn(watch_client()) && scope.spawn(beat()) && scope.spawn(produce(std::move(function)));
  if (started) co_await ended_.changed_since(before);
}

Task<void> EventSession::produce(std::function<Task<void>(EventWriter&)> function) {
  co_await function(*this);
  if (chunked_) co_await write(std::string(codec::kLastChunk));
  ended_.notify();
}

Task<void> EventSession::beat() {
  Status alive;
  while (alive) {
    co_await sleep_for(runtime_.scheduler, limits_.heartbeat);
    alive = co_await write(framed(codec::encode_event_comment("heartbeat")));
  }
  ended_.notify();
}

// A client has nothing to say on an event stream; what it says is dropped, its end is what we wait for.
Task<void> EventSession::watch_client() {
  std::array<std::byte, kIgnoredBytes> discarded;
  Result<std::size_t> got = 1;
  while (got && *got > 0) got = co_await stream_.read_some(discarded);
  ended_.notify();
}

Task<Status> EventSession::send(std::string id, std::string event, std::string data) {
  return write(framed(codec::encode_event({std::move(id), std::move(event), std::move(data)})));
}

std::string EventSession::framed(std::string text) const {
  if (!chunked_) return text;
  return codec::chunk_head(text.size()) + text + std::string(codec::kChunkEnd);
}

Task<Status> EventSession::write(std::string bytes) {
  while (writing_) {
    const auto seen = written_.version();
    co_await written_.changed_since(seen);
  }
  if (broken_) co_return fail(Code::unavailable, "the client of the event stream has left");
  WriteTurn turn(writing_, broken_, written_);
  const Status status =
      co_await write_pieces(runtime_.scheduler, stream_, std::move(bytes), limits_.write_timeout);
  turn.complete = status.has_value();
  if (!status) {
    ended_.notify();
    co_return fail(Code::unavailable, "the client of the event stream has left");
  }
  co_return Status();
}

}  // namespace hanse::http
