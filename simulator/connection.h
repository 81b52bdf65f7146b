// Connection: one TCP-like connection between two simulated processes, both of its directions.
//
// Bytes arrive in order; loss shows as delay. A cut link is silence: what is sent waits at the cut, and when
// the link mends it comes late or the connection is reset, by chance; when it stays cut for too long the
// sender gives up. A process that crashes resets its connections or, when its machine vanishes, leaves its
// peers to find out: by writing, or by a keep-alive much later.
//
// Lifecycle: shared by the two streams and by the events under way (shared_ptr for that reason). Thread: one.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/network.h"
#include "runtime/signal.h"
#include "simulator/core.h"
#include "simulator/request_tap.h"

namespace hanse::simulator {

// What one end knows. `changed` belongs to the stream that holds the end; nullptr: closed or crashed.
struct ConnectionEnd {
  std::string process;
  std::string address;  // as the other end sees it
  PeerIdentity peer;
  Signal* changed = nullptr;
  bool vanished = false;
  std::string received;
  bool end_received = false;
  bool end_sent = false;
  std::optional<Error> error;
  std::size_t unacknowledged = 0;  // sent, and not known to be read
  std::size_t read_unreported = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Core& core, ConnectionEnd client, ConnectionEnd server);

  ConnectionEnd& end(int side) { return ends_.at(static_cast<std::size_t>(side)); }
  bool is_between(const std::string& a, const std::string& b) const;

  // Bytes that may be sent now; 0: wait until `changed`.
  std::size_t window(int side) const;
  void send_data(int side, std::string bytes);
  void send_end(int side);
  // The application has taken so many bytes out of `received`.
  void note_read(int side, std::size_t bytes);
  void close(int side);

  // The process at this end is gone. Silently: its machine is, and sends nothing.
  void crash(int side, bool silently);
  // The machine of a vanished end answers again, with a reset to whatever comes.
  void machine_returned(const std::string& process);
  void link_mended();

  // Hands on each request that has arrived at the server whole, as it was sent. Where `take` says so, the
  // connection stalls: the server gets no more of it until it calls what `stall` is given.
  using Stall = std::function<void(std::function<void()> go_on)>;
  void read_along(RequestTap::Take take, Stall stall);

  static constexpr std::size_t kWindow = 256 * 1024;
  static constexpr std::size_t kSegment = 16 * 1024;

 private:
  enum class Kind { data, window, end, reset };
  struct Segment {
    Kind kind = Kind::data;
    std::string bytes = {};
    std::size_t count = 0;  // of a window update
  };
  // What this side has sent and where it is.
  struct Sending {
    Nanos last_arrival{0};
    std::deque<Segment> held;  // at the cut
    TimerId give_up = TimerId::none;
  };

  Sending& sending(int side) { return sendings_.at(static_cast<std::size_t>(side)); }
  void send(int side, Segment segment);
  void arrive(int from_side, Segment segment);
  void take(int side, Segment segment);
  void hold(int from_side, Segment segment);
  void give_up(int side);
  void find_out_later(int side);
  void fail_end(int side, std::string reason);
  void notify(int side);
  void go_on();

  Core& core_;
  std::array<ConnectionEnd, 2> ends_;
  std::array<Sending, 2> sendings_;
  std::optional<RequestTap> tap_;
  Stall stall_;
  bool stalled_ = false;
  std::deque<Segment> stalled_segments_;
};

}  // namespace hanse::simulator
