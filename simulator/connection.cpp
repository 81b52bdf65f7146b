#include "simulator/connection.h"

#include <algorithm>
#include <utility>

namespace hanse::simulator {
namespace {

constexpr Nanos kGiveUpEarliest = Seconds{10};
constexpr Nanos kGiveUpLatest = Seconds{40};
constexpr Nanos kKeepAliveEarliest = Seconds{20};
constexpr Nanos kKeepAliveLatest = Seconds{60};
constexpr Nanos kLongestResend = Seconds{1};
constexpr std::uint32_t kResetAfterMending = 300'000;  // per million
constexpr Bytes kHeader{60};

constexpr int kServerSide = 1;

constexpr int other(int side) {
  return 1 - side;
}

}  // namespace

Connection::Connection(Core& core, ConnectionEnd client, ConnectionEnd server)
    : core_(core), ends_{std::move(client), std::move(server)} {}

bool Connection::is_between(const std::string& a, const std::string& b) const {
  return (ends_[0].process == a && ends_[1].process == b) || (ends_[0].process == b && ends_[1].process == a);
}

std::size_t Connection::window(int side) const {
  const ConnectionEnd& mine = ends_.at(static_cast<std::size_t>(side));
  return kWindow - std::min(kWindow, mine.unacknowledged);
}

void Connection::send_data(int side, std::string bytes) {
  end(side).unacknowledged += bytes.size();
  send(side, Segment{.kind = Kind::data, .bytes = std::move(bytes)});
}

void Connection::send_end(int side) {
  if (std::exchange(end(side).end_sent, true)) return;
  send(side, Segment{.kind = Kind::end});
}

void Connection::note_read(int side, std::size_t bytes) {
  constexpr std::size_t kReportEvery = kWindow / 4;
  end(side).read_unreported += bytes;
  if (end(side).read_unreported < kReportEvery) return;
  send(side, Segment{.kind = Kind::window, .count = std::exchange(end(side).read_unreported, 0)});
}

void Connection::close(int side) {
  if (std::exchange(end(side).changed, nullptr) == nullptr) return;
  if (end(side).error) {
    send(side, Segment{.kind = Kind::reset});
  } else {
    send_end(side);
  }
}

void Connection::crash(int side, bool silently) {
  if (std::exchange(end(side).changed, nullptr) == nullptr) return;
  end(side).vanished = silently;
  if (silently) {
    core_.events.cancel(std::exchange(sending(side).give_up, TimerId::none));
    sending(side).held.clear();
    find_out_later(other(side));
  } else {
    send(side, Segment{.kind = Kind::reset});
  }
}

void Connection::machine_returned(const std::string& process) {
  for (const int side : {0, 1}) {
    ConnectionEnd& gone = end(side);
    // Closed to the network's eyes: whoever sends to it gets a reset.
    if (gone.process == process && gone.vanished) gone.vanished = false;
  }
}

void Connection::link_mended() {
  const bool stuck = !sending(0).held.empty() || !sending(1).held.empty();
  if (stuck && core_.random.chance(kResetAfterMending)) {
    for (const int side : {0, 1}) fail_end(side, "the connection was reset");
    return;
  }
  for (const int side : {0, 1}) {
    Sending& out = sending(side);
    core_.events.cancel(std::exchange(out.give_up, TimerId::none));
    std::deque<Segment> held = std::exchange(out.held, {});
    if (held.empty()) continue;
    const Nanos resent = core_.now() + core_.random.between(Nanos{0}, kLongestResend);
    out.last_arrival = std::max(out.last_arrival, resent);
    for (Segment& segment : held) send(side, std::move(segment));
  }
}

void Connection::send(int side, Segment segment) {
  Sending& out = sending(side);
  if (!out.held.empty()) return hold(side, std::move(segment));
  const Bytes size = kHeader + Bytes{static_cast<std::int64_t>(segment.bytes.size())};
  const Nanos time = core_.links.travel_time(end(side).process, end(other(side)).process, size, core_.now());
  out.last_arrival = std::max(out.last_arrival, core_.now() + time);
  core_.events.schedule(
      kWorldOwner, out.last_arrival - core_.now(),
      [self = shared_from_this(), side, segment = std::move(segment)] { self->arrive(side, segment); });
}

void Connection::arrive(int from_side, Segment segment) {
  const int to_side = other(from_side);
  const bool cut = core_.links.is_cut(end(from_side).process, end(to_side).process);
  if (cut || !sending(from_side).held.empty()) return hold(from_side, std::move(segment));
  take(to_side, std::move(segment));
}

void Connection::take(int side, Segment segment) {
  ConnectionEnd& mine = end(side);
  if (mine.vanished) return;  // swallowed; the sender finds out later
  if (side == kServerSide && stalled_) {
    stalled_segments_.push_back(std::move(segment));
    return;
  }
  if (side == kServerSide && tap_ && segment.kind == Kind::data && tap_->read(segment.bytes)) {
    stalled_ = true;
    stalled_segments_.push_back(std::move(segment));
    return stall_([self = shared_from_this()] { self->go_on(); });
  }
  switch (segment.kind) {
    case Kind::data:
      if (mine.changed == nullptr) return send(side, Segment{.kind = Kind::reset});
      if (mine.error) return;
      mine.received += segment.bytes;
      break;
    case Kind::window:
      mine.unacknowledged -= std::min(mine.unacknowledged, segment.count);
      break;
    case Kind::end:
      mine.end_received = true;
      break;
    case Kind::reset:
      return fail_end(side, "the connection was reset");
  }
  notify(side);
}

void Connection::read_along(RequestTap::Take take, Stall stall) {
  tap_.emplace(std::move(take));
  stall_ = std::move(stall);
}

// The first of them was read along already.
void Connection::go_on() {
  stalled_ = false;
  tap_.reset();
  for (Segment& segment : std::exchange(stalled_segments_, {})) take(kServerSide, std::move(segment));
}

void Connection::hold(int from_side, Segment segment) {
  Sending& out = sending(from_side);
  out.held.push_back(std::move(segment));
  if (out.give_up != TimerId::none) return;
  out.give_up = core_.events.schedule(kWorldOwner, core_.random.between(kGiveUpEarliest, kGiveUpLatest),
                                      [self = shared_from_this(), from_side] { self->give_up(from_side); });
}

void Connection::give_up(int side) {
  sending(side).give_up = TimerId::none;
  sending(side).held.clear();
  fail_end(side, "the connection timed out");
  find_out_later(other(side));
}

void Connection::find_out_later(int side) {
  core_.events.schedule(kWorldOwner, core_.random.between(kKeepAliveEarliest, kKeepAliveLatest),
                        [self = shared_from_this(), side] {
                          if (self->end(side).changed == nullptr || self->end(side).error) return;
                          self->fail_end(side, "the connection timed out");
                        });
}

void Connection::fail_end(int side, std::string reason) {
  ConnectionEnd& mine = end(side);
  core_.events.cancel(std::exchange(sending(side).give_up, TimerId::none));
  sending(side).held.clear();
  if (mine.error) return;
  mine.error = Error{Code::unavailable,
                     fmt::format("{} by or to '{}'; connect again", reason, end(other(side)).process)};
  mine.received.clear();
  notify(side);
}

void Connection::notify(int side) {
  if (end(side).changed != nullptr) end(side).changed->notify();
}

}  // namespace hanse::simulator
