// ZoneLink: the one stream between this host and its zone, docs/protocols/host_stream.md. It dials, says
// hello, hands on what the zone says and sends what the host has to say; when the stream ends it dials again.
//
// Lifecycle: run() for ever; destroying it closes the stream. Thread: the loop. Failure: none that ends it; a
// lost or refused stream is logged when its reason changes.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "host/outgoing_frames.h"
#include "http/client.h"
#include "model/host_messages.h"
#include "runtime/future.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"

namespace hanse::codec {
struct Frame;
}

namespace hanse::host {

class FrameReader;

// Back-off between two streams.
inline constexpr Nanos kRedialBase = Millis{500};
inline constexpr Nanos kRedialCap = Seconds{30};
// The most that a zone can ask for with HostPace.
inline constexpr Nanos kMaxRedialSpread = Seconds{600};
// One that lived so long was good, whatever ended it: the back-off begins anew.
inline constexpr Nanos kHealthyStream = Seconds{60};
inline constexpr Nanos kWelcomeLimit = Seconds{10};

// Whom the link hands to what it hears. None of these may destroy the link.
class LinkReceiver {
 public:
  virtual ~LinkReceiver() = default;
  virtual Task<Result<model::HostHello>> hello() = 0;
  // A new stream: everything has to be said again.
  virtual void opened() = 0;
  virtual void desired(model::MachineDesired desired) = 0;
  virtual void synced() = 0;
  // What to say with a ping that is sent now, and the answer to one.
  virtual model::HostPing ping() = 0;
  virtual void lease(model::HostLease lease) = 0;
  // Whether leases end unless the zone is heard soon.
  virtual bool holds_leases() const = 0;
  virtual void request(model::HostRequest request) = 0;
  virtual void relay(model::RelayRequest request) = 0;
};

class ZoneLink {
 public:
  ZoneLink(Runtime& runtime, http::Client& zone, std::string host, LinkReceiver& receiver);

  Task<void> run();

  // Without a stream these do nothing: what is observed is said again on the next one, and nobody waits there
  // for an answer to this one's requests.
  void send(model::MachineObserved observed);
  void send(model::HostResponse response);
  // Not only when the next one is due.
  void ping_soon();
  bool connected() const { return connected_; }

 private:
  Task<Status> serve_one_stream();
  Task<Status> greet(Stream& stream, FrameReader& reader);
  Task<Status> read_all(FrameReader& reader);
  Task<Status> write_all(Stream& stream);
  Task<Status> write(Stream& stream, std::string frame);
  Task<Status> write_ping(Stream& stream);
  Status hear(const codec::Frame& frame);
  void take_pace(const codec::Frame& frame);
  Nanos redial_delay(int failures);
  void note_unknown(const codec::Frame& frame);

  Runtime& runtime_;
  Logger log_;
  http::Client& zone_;
  std::string host_;
  LinkReceiver& receiver_;
  Signal outgoing_changed_;
  OutgoingFrames outgoing_;
  bool connected_ = false;
  bool synced_ = false;        // on this stream
  bool same_version_ = false;  // as the zone's
  MonotonicTime next_ping_;
  Nanos redial_spread_{0};           // of the last HostPace that was heard
  std::set<std::uint16_t> unknown_;  // types and versions that were logged on this stream
};

}  // namespace hanse::host
