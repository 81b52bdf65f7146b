#include "host/zone_link.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "host/host_frames.h"
#include "runtime/sleep.h"
#include "runtime/timeout.h"

namespace hanse::host {
namespace {

using model::HostFrame;

template <class T>
Result<T> payload_of(const codec::Frame& frame) {
  HANSE_TRY(const json::Value value, json::parse(frame.payload));
  return json::from_json<T>(value);
}

Task<void> forward(Task<Status> half, Promise<Status> ended) {
  ended.set(co_await std::move(half));
}

}  // namespace

ZoneLink::ZoneLink(Runtime& runtime, http::Client& zone, std::string host, LinkReceiver& receiver)
    : runtime_(runtime),
      log_(runtime.log, "link"),
      zone_(zone),
      host_(std::move(host)),
      receiver_(receiver),
      outgoing_changed_(runtime.scheduler) {}

void ZoneLink::send(model::MachineObserved observed) {
  if (!connected_) return;
  outgoing_.add(std::move(observed));
  outgoing_changed_.notify();
}

void ZoneLink::send(model::HostResponse response) {
  if (!connected_) return;
  if (!outgoing_.add(std::move(response)))
    log_.warning("the zone asks more than it listens; an answer of host '{}' is dropped", host_);
  outgoing_changed_.notify();
}

Task<void> ZoneLink::run() {
  std::string told;
  for (int failures = 0;; ++failures) {
    const MonotonicTime began = runtime_.clock.now();
    const Status ended = co_await serve_one_stream();
    const std::string reason = ended ? "the stream has ended" : ended.error().message;
    if (connected_ || reason != told)
      log_.warning("host '{}' has no stream to its zone and dials again: {}", host_, reason);
    told = reason;
    connected_ = false;
    if (synced_ || runtime_.clock.now() - began >= kHealthyStream) failures = 0;
    co_await sleep_for(runtime_.scheduler, redial_delay(failures));
  }
}

// The spread comes on top each time: a zone that is too busy to answer is not helped by those who were early.
Nanos ZoneLink::redial_delay(int failures) {
  const Nanos delay = backoff_delay(runtime_.random, failures, kRedialBase, kRedialCap);
  if (redial_spread_ == Nanos{0} || receiver_.holds_leases()) return delay;
  const auto part = random_below(runtime_.random, static_cast<std::uint64_t>(redial_spread_.count()));
  return delay + Nanos(static_cast<std::int64_t>(part));
}

// An older zone says nothing of it, and what a newer one says there must not end the stream.
void ZoneLink::take_pace(const codec::Frame& frame) {
  const auto pace = payload_of<model::HostPace>(frame);
  const std::int64_t spread = pace ? pace->redial_spread_ms.value_or(0) : 0;
  redial_spread_ = std::clamp<Nanos>(Millis(spread), Nanos{0}, kMaxRedialSpread);
}

Task<Status> ZoneLink::serve_one_stream() {
  outgoing_.clear();
  unknown_.clear();
  synced_ = false;
  http::Request request{.target = "/providers/hanse.host/v1/hosts/" + host_ + "/stream"};
  HANSE_CO_TRY(const std::unique_ptr<Stream> stream,
               co_await zone_.upgrade(std::move(request), model::kHostProtocol));
  FrameReader reader(runtime_.scheduler, *stream);
  HANSE_CO_CHECK(co_await greet(*stream, reader));
  connected_ = true;
  receiver_.opened();
  auto [promise, ended] = make_promise<Status>(runtime_.scheduler);
  Scope halves(2);
  const bool started =
      halves.spawn(forward(write_all(*stream), promise)) && halves.spawn(forward(read_all(reader), promise));
  if (!started) co_return fail(Code::internal, "scope is full");
  co_return co_await std::move(ended);
}

Task<Status> ZoneLink::greet(Stream& stream, FrameReader& reader) {
  HANSE_CO_TRY(const model::HostHello hello, co_await receiver_.hello());
  HANSE_CO_TRY(const std::string text, encode(HostFrame::hello, to_json(hello)));
  HANSE_CO_CHECK(co_await with_timeout(runtime_.scheduler, kWelcomeLimit, "saying hello to the zone",
                                       stream.write(as_bytes(text))));
  const Result<codec::Frame> answer =
      co_await with_timeout(runtime_.scheduler, kWelcomeLimit, "the zone's welcome", reader.next());
  if (!answer)
    co_return fail(
        answer.error().code,
        "{} before a welcome; the zone's log says why: another agent may have this host's identity",
        answer.error().message);
  const codec::Frame& frame = *answer;
  if (frame.type != static_cast<std::uint8_t>(HostFrame::welcome))
    co_return fail(Code::invalid_argument, "the zone's first frame is no welcome but of type {}", frame.type);
  HANSE_CO_TRY(const model::HostWelcome welcome, payload_of<model::HostWelcome>(frame));
  same_version_ = welcome.version == hello.version;
  log_.info("host '{}' is connected to zone '{}', version {}", host_, welcome.zone, welcome.version);
  co_return Status();
}

// Pings are sent whatever else is: they renew leases.
Task<Status> ZoneLink::write_ping(Stream& stream) {
  next_ping_ = runtime_.clock.now() + model::kHostPingInterval;
  model::HostPing ping = receiver_.ping();
  // A zone of another version may not know it.
  if (!same_version_) ping.disk_mib.reset();
  HANSE_CO_TRY(std::string frame, encode(HostFrame::ping, to_json(ping)));
  co_return co_await write(stream, std::move(frame));
}

void ZoneLink::ping_soon() {
  next_ping_ = runtime_.clock.now();
  outgoing_changed_.notify();
}

Task<Status> ZoneLink::write_all(Stream& stream) {
  next_ping_ = runtime_.clock.now() + model::kHostPingInterval;
  for (;;) {
    const std::uint64_t seen = outgoing_changed_.version();
    if (runtime_.clock.now() >= next_ping_) HANSE_CO_CHECK(co_await write_ping(stream));
    const Result<std::optional<std::string>> next = outgoing_.next();
    if (!next) {
      log_.error("host '{}' drops what it wanted to say: {}", host_, next.error().message);
    } else if (const std::optional<std::string>& frame = *next; frame.has_value()) {
      HANSE_CO_CHECK(co_await write(stream, *frame));
    } else {
      const Nanos left = next_ping_ - runtime_.clock.now();
      if (left > Nanos{0}) co_await outgoing_changed_.changed_since(seen, left);
    }
  }
}

Task<Status> ZoneLink::write(Stream& stream, std::string frame) {
  co_return co_await with_timeout(runtime_.scheduler, model::kHostSilence, "writing to the zone",
                                  stream.write(as_bytes(frame)));
}

Task<Status> ZoneLink::read_all(FrameReader& reader) {
  for (;;) {
    HANSE_CO_TRY(const codec::Frame frame, co_await reader.next());
    const Status heard = hear(frame);
    if (!heard)
      co_return fail(Code::invalid_argument, "a frame of type {} cannot be read: {}", frame.type,
                     heard.error().message);
  }
}

Status ZoneLink::hear(const codec::Frame& frame) {
  if (frame.version != kFrameVersion) {
    note_unknown(frame);
    return {};
  }
  switch (static_cast<HostFrame>(frame.type)) {
    case HostFrame::desired: {
      HANSE_TRY(model::MachineDesired desired, payload_of<model::MachineDesired>(frame));
      receiver_.desired(std::move(desired));
      return {};
    }
    case HostFrame::synced:
      synced_ = true;
      take_pace(frame);
      receiver_.synced();
      return {};
    case HostFrame::ping:
      take_pace(frame);
      return {};
    case HostFrame::lease: {
      HANSE_TRY(model::HostLease lease, payload_of<model::HostLease>(frame));
      receiver_.lease(std::move(lease));
      return {};
    }
    case HostFrame::request: {
      HANSE_TRY(model::HostRequest request, payload_of<model::HostRequest>(frame));
      receiver_.request(std::move(request));
      return {};
    }
    case HostFrame::relay: {
      HANSE_TRY(model::RelayRequest request, payload_of<model::RelayRequest>(frame));
      receiver_.relay(std::move(request));
      return {};
    }
    default:
      note_unknown(frame);
      return {};
  }
}

void ZoneLink::note_unknown(const codec::Frame& frame) {
  const auto kind = static_cast<std::uint16_t>(frame.type << 8 | frame.version);
  if (unknown_.insert(kind).second)
    log_.warning("the zone says what this host does not know, type {} version {}; it is ignored", frame.type,
                 frame.version);
}

}  // namespace hanse::host
