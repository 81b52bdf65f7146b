#include "zone/host_stream.h"

#include <array>

#include "runtime/timeout.h"
#include "zone/host_sessions.h"

namespace hanse::zone {
namespace {

// One for each connected host for as long as it is there.
constexpr std::size_t kReadBytes = 2 * 1024;
constexpr Nanos kCallTimeout = Seconds{10};
// What may wait to be written, beside one desired state a machine. A host that takes nothing for so long is
// cut off.
constexpr std::size_t kMaxQueuedFrames = 1024;

std::string pace_frame(model::HostFrame type, const model::HostPace& pace) {
  return *codec::encode_frame({static_cast<std::uint8_t>(type), 1, json::to_text(pace)});
}

template <class T>
Result<T> read_payload(const codec::Frame& frame) {
  HANSE_TRY(const json::Value value, json::parse(frame.payload));
  return json::from_json<T>(value);
}

}  // namespace

HostStream::HostStream(Runtime& runtime, std::unique_ptr<Stream> stream, HostStreamEvents& events)
    : runtime_(runtime), stream_(std::move(stream)), events_(events), wake_writer_(runtime.scheduler) {}

Task<Status> HostStream::run() {
  if (!writer_.spawn(write_queue()))
    co_return fail(Code::internal, "the writer of a host's stream cannot start");
  const Status ended = co_await read_frames();
  for (auto& [id, call] : *calls_)
    call.set(fail(Code::unavailable, "the host has left; try again when it is back"));
  calls_->clear();
  co_return ended;
}

Task<Status> HostStream::read_frames() {
  codec::FrameDecoder decoder;
  std::vector<std::byte> buffer(kReadBytes);
  while (true) {
    const Result<std::size_t> count = co_await with_timeout(
        runtime_.scheduler, model::kHostSilence, "the host's next word", stream_->read_some(buffer));
    if (!count) co_return fail(count.error());
    if (*count == 0) co_return fail(Code::unavailable, "the host closed its stream");
    decoder.feed(std::span(buffer).first(*count));
    while (true) {
      HANSE_CO_TRY(const std::optional<codec::Frame> frame, decoder.next());
      if (!frame) break;
      HANSE_CO_CHECK(handle(*frame));
    }
  }
}

Status HostStream::handle(const codec::Frame& frame) {
  const auto type = static_cast<model::HostFrame>(frame.type);
  if (!greeted_ && type != model::HostFrame::hello)
    return fail(Code::invalid_argument, "the host did not begin with hello");
  switch (type) {
    case model::HostFrame::hello: {
      HANSE_TRY(const model::HostHello hello, read_payload<model::HostHello>(frame));
      HANSE_CHECK(events_.on_hello(hello));
      greeted_ = true;
      return {};
    }
    case model::HostFrame::observed: {
      HANSE_TRY(model::MachineObserved observed, read_payload<model::MachineObserved>(frame));
      events_.on_observed(std::move(observed));
      return {};
    }
    case model::HostFrame::response: {
      HANSE_TRY(model::HostResponse response, read_payload<model::HostResponse>(frame));
      answer(std::move(response));
      return {};
    }
    case model::HostFrame::ping: {
      HANSE_TRY(const model::HostPing ping, read_payload<model::HostPing>(frame));
      events_.on_ping(ping);
      return {};
    }
    default:
      return {};  // what a newer host may say
  }
}

void HostStream::answer(model::HostResponse response) {
  const auto found = calls_->find(response.id);
  if (found == calls_->end()) return;
  auto call = calls_->extract(found);
  if (response.error.empty()) {
    call.mapped().set(std::move(response));
  } else {
    call.mapped().set(fail(Error{code_of_name(response.code), response.error}));
  }
}

void HostStream::send(model::HostFrame type, const json::Value& payload) {
  if (queue_.size() >= kMaxQueuedFrames) return close();
  const auto frame = codec::encode_frame({static_cast<std::uint8_t>(type), 1, json::dump(payload)});
  if (!frame) return close();
  queue_.push_back(*frame);
  wake_writer_.notify();
}

void HostStream::send_desired(const model::MachineDesired& desired) {
  const auto type = static_cast<std::uint8_t>(model::HostFrame::desired);
  const auto frame = codec::encode_frame({type, 1, json::to_text(desired)});
  if (!frame) return close();
  desired_.insert_or_assign(desired.machine.uid, *frame);
  wake_writer_.notify();
}

void HostStream::send_synced() {
  synced_ = true;
  wake_writer_.notify();
}

std::string HostStream::next_bytes() {
  std::string bytes;
  for (const std::string& frame : queue_) bytes += frame;
  for (const auto& [uid, frame] : desired_) bytes += frame;
  if (synced_) bytes += pace_frame(model::HostFrame::synced, events_.pace());
  synced_ = false;
  queue_.clear();
  desired_.clear();
  return bytes;
}

Task<void> HostStream::write_queue() {
  while (true) {
    const std::uint64_t seen = wake_writer_.version();
    if (queue_.empty() && desired_.empty() && !synced_) {
      co_await wake_writer_.changed_since(seen, model::kHostPingInterval);
      if (wake_writer_.version() == seen)
        queue_.push_back(pace_frame(model::HostFrame::ping, events_.pace()));
      continue;
    }
    const std::string bytes = next_bytes();
    const Status written = co_await with_timeout(runtime_.scheduler, model::kHostSilence,
                                                 "writing to the host", stream_->write(as_bytes(bytes)));
    if (!written) {
      close();
      co_return;
    }
  }
}

Task<Result<model::HostResponse>> HostStream::call(model::HostRequest request) {
  if (calls_->size() >= kMaxHostRequests) {
    co_return fail(Code::resource_exhausted, "{} requests wait for this host already; try again later",
                   calls_->size());
  }
  request.id = ++last_call_;
  // Nothing of this object is touched after the wait: the stream may have ended by then.
  Scheduler& scheduler = runtime_.scheduler;
  const std::shared_ptr<Calls> calls = calls_;
  auto [promise, future] = make_promise<Result<model::HostResponse>>(scheduler);
  calls->emplace(request.id, promise);
  send(model::HostFrame::request, to_json(request));
  const TimerId timer = scheduler.schedule(kCallTimeout, [expired = promise]() mutable {
    expired.set(fail(Code::deadline_exceeded, "the host did not answer in time"));
  });
  Result<model::HostResponse> response = co_await std::move(future);
  scheduler.cancel(timer);
  calls->erase(request.id);
  co_return response;
}

void HostStream::close() {
  stream_->close();
}

}  // namespace hanse::zone
