// Relay: the near end of a relayed move at the source: unix sockets that agent and hypervisor connect to;
// each connection is carried on by a stream of its own through the zone.
//
// Lifecycle: open(), then the sockets take connections until stop(); those that are open go on until they
// end, see wait_idle(). Destroying it cuts them. Thread: the loop. Failure: that of one connection is logged
// and closes it, which the hypervisor sees.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/scope.h"
#include "host/driver.h"
#include "http/client.h"
#include "model/host_messages.h"
#include "runtime/runtime.h"

namespace hanse::host {

// Of one relay, all its channels together: a disk is one connection.
inline constexpr std::size_t kMaxRelayConnections = 64;

struct RelayOptions {
  std::string folder;  // absolute; made by open(), short enough for the path of a socket
  std::string transfer;
  std::optional<ProcessUser> guest_user;  // who may connect, besides the agent
};

class Relay {
 public:
  Relay(Runtime& runtime, http::Client& zone, RelayOptions options);

  Task<Status> open();
  std::string seed_endpoint() const { return "unix:" + socket(model::RelayChannel::seed); }
  IncomingEndpoints endpoints() const;
  void stop();
  Task<Status> wait_idle();
  const std::string& folder() const { return options_.folder; }

 private:
  std::string socket(model::RelayChannel channel) const;
  Task<Status> listen(model::RelayChannel channel);
  Task<void> accept_all(std::unique_ptr<Listener> listener, model::RelayChannel channel);
  Task<void> carry(std::unique_ptr<Stream> near, model::RelayChannel channel);

  Runtime& runtime_;
  Logger log_;
  http::Client& zone_;
  RelayOptions options_;
  Scope connections_{kMaxRelayConnections};
  Scope accepting_;
};

}  // namespace hanse::host
