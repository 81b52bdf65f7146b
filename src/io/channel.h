// Channel: what travels over a connected, non-blocking socket, one step at a time: plain bytes or TLS
// records. A step never waits; it says what to wait for before it is tried again with the same arguments.
//
// Thread: the loop. Failure: the connection is of no more use afterwards.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "base/result.h"
#include "runtime/network.h"

namespace hanse::io {

enum class Need { nothing, readable, writable };

struct Step {
  Need need = Need::nothing;  // nothing: the step is done
  std::size_t bytes = 0;
};

class Channel {
 public:
  virtual ~Channel() = default;
  virtual Result<Step> handshake() = 0;
  // Done with 0 bytes: the end of the stream.
  virtual Result<Step> read(std::span<std::byte> buffer) = 0;
  // Done with the number of bytes taken, at least one. Requires: `data` is not empty.
  virtual Result<Step> write(std::span<const std::byte> data) = 0;
  // Tells the other end that no more will come.
  virtual Result<Step> finish() = 0;
  virtual PeerIdentity peer() const = 0;
};

// `socket` stays the caller's, who keeps it open as long as it uses the channel.
std::unique_ptr<Channel> make_plain_channel(int socket);

}  // namespace hanse::io
