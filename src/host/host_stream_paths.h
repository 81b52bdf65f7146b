// HostStreamPaths: direct where the target's host answers, else by a Relay through the zones; the order may
// demand one of the two.
//
// Lifecycle: outlives the paths that it opened. The streams of a relay whose path was given up go on for
// kRelayLinger, so that what the hypervisor sent last arrives. Thread: the loop. Failure:
// host/move/streams.h.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/scope.h"
#include "host/move/streams.h"
#include "host/relay.h"
#include "http/client.h"
#include "runtime/runtime.h"

namespace hanse::host {

inline constexpr Nanos kProbeLimit = Seconds{2};
inline constexpr Nanos kRelayLinger = Seconds{60};

class HostStreamPaths final : public StreamPaths {
 public:
  // `folder` is for the sockets of relays and for nothing else.
  HostStreamPaths(Runtime& runtime, http::Client& zone, std::string folder);

  // Removes what an earlier run left. `guest_user`: who connects to relays.
  Task<Status> start(std::optional<ProcessUser> guest_user);
  Task<Result<std::unique_ptr<OpenPath>>> open(model::MoveOrder order) override;

 private:
  class RelayedPath;

  // Why the target cannot be reached directly, if it cannot.
  Task<Status> probe(std::string seed_endpoint);
  Task<Result<std::unique_ptr<OpenPath>>> open_relay(std::string transfer);
  void give_up(std::unique_ptr<Relay> relay);
  Task<void> drain(std::unique_ptr<Relay> relay);

  Runtime& runtime_;
  Logger log_;
  http::Client& zone_;
  std::string folder_;
  std::optional<ProcessUser> guest_user_;
  Scope draining_;
};

}  // namespace hanse::host
