// HostSessions: the zone's end of its hosts' streams. It keeps for each host what is desired, sends it
// whenever the host is connected, and keeps the last that each machine's host said.
//
// One host has one stream; a second with another boot id is an impostor or a copy and is refused while the
// first is alive. Lifecycle: as long as the zone; serve() runs as long as one stream. Thread: the loop.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/text_map.h"
#include "model/host_messages.h"
#include "runtime/future.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"

namespace hanse::zone {

// Requests to one host that wait for their answer; beyond this they are refused.
inline constexpr std::size_t kMaxHostRequests = 64;
// Relayed streams that wait for a host to dial back.
inline constexpr std::size_t kMaxPendingRelays = 256;

// So many hosts can come back in a second; with more hosts than that they are told to spread their return. A
// handshake and a hello take the zone a millisecond or two.
inline constexpr std::int64_t kRedialsPerSecond = 400;

class HostStream;

class HostSessions {
 public:
  HostSessions(Runtime& runtime, std::string zone, std::string version);
  ~HostSessions();

  // Runs one host's stream until it ends. `name` is what the certificate proves.
  Task<void> serve(std::string name, std::unique_ptr<Stream> stream);

  // The machine `desired.machine.uid` on that host. Only what differs from the last is sent.
  void set_desired(const std::string& host, model::MachineDesired desired);
  // The host has let go of it; nothing is desired any more.
  void forget(const std::string& host, const std::string& uid);

  // The generation of the desired state that the host was last told, for telling its answer from an older
  // word.
  std::optional<std::int64_t> told_generation(const std::string& host, const std::string& uid) const;

  // Asked at each ping whether a machine that runs by a lease may go on, beside that it is desired. Set
  // before any host may connect.
  void set_lease_gate(std::function<bool(const std::string& uid)> gate) { may_run_ = std::move(gate); }
  // When no machine can run there by a lease any more, as long as the host does not ask again.
  MonotonicTime lease_end(const std::string& host) const;

  // What the host of that machine last said. `host` is part of the key: during a move inside a zone two hosts
  // speak of one uid.
  std::optional<model::MachineObserved> observed(const std::string& host, const std::string& uid) const;
  std::optional<model::HostHello> hello(const std::string& host) const;
  // The same where it lies, good until something is awaited; null: it has said nothing.
  const model::HostHello* find_hello(const std::string& host) const;
  bool connected(const std::string& host) const;
  std::vector<std::string> connected_hosts() const;
  std::int64_t connected_count() const { return connected_count_; }
  // Notified when a host comes or goes or says something new.
  Signal& changes() { return changes_; }

  // Errors: unavailable (not connected, or it left), deadline_exceeded, resource_exhausted, and what the host
  // answers.
  Task<Result<model::HostResponse>> call(std::string host, model::HostRequest request);

  // Asks the host to dial back for one stream to `endpoint`, and waits for it.
  Task<Result<std::unique_ptr<Stream>>> open_relay(std::string host, std::string transfer,
                                                   std::string endpoint);
  // The host has dialled back. Errors: not_found for an id that nobody waits for, permission_denied for
  // another host's.
  Status attach_relay(const std::string& host, const std::string& id, std::unique_ptr<Stream> stream);

  // Called for each machine that a host speaks of, before changes() is notified: (host, uid). Set before any
  // host may connect.
  void on_observed(std::function<void(const std::string&, const std::string&)> listener) {
    listeners_.push_back(std::move(listener));
  }
  // Called when a host comes or goes, after connected() says so and before changes() is notified.
  void on_connection(std::function<void(const std::string&)> listener) {
    connection_listeners_.push_back(std::move(listener));
  }

 private:
  class Served;
  struct HostState {
    std::map<std::string, model::MachineDesired> desired;    // by uid
    std::map<std::string, model::MachineObserved> observed;  // by uid
    std::optional<model::HostHello> hello;
    HostStream* stream = nullptr;         // while connected
    std::optional<MonotonicTime> leased;  // when it was last granted any
  };
  struct PendingRelay {
    std::string host;
    Promise<Result<std::unique_ptr<Stream>>> arrived;
  };

  void connection_changed(const std::string& host);
  model::HostPace pace() const;

  Runtime& runtime_;
  Logger log_;
  std::string zone_;
  std::string version_;
  MonotonicTime began_;  // an earlier run may have granted leases just before
  Signal changes_;
  std::function<bool(const std::string&)> may_run_;
  std::vector<std::function<void(const std::string&, const std::string&)>> listeners_;
  std::vector<std::function<void(const std::string&)>> connection_listeners_;
  TextMap<HostState> hosts_;
  std::int64_t connected_count_ = 0;
  std::map<std::string, PendingRelay> relays_;
};

}  // namespace hanse::zone
