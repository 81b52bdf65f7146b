// Fabric: which processes there are, where they listen, and all open connections; what the networks of the
// single processes share.
//
// Lifecycle: one in a World. Thread: one. Requires: a listener unregisters before it goes.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "runtime/network.h"
#include "simulator/connection.h"
#include "simulator/core.h"
#include "simulator/late_requests.h"

namespace hanse::simulator {

class SimulatedListener;

class Fabric {
 public:
  explicit Fabric(Core& core) : core_(core), late_requests_(core, *this) {}

  void add_process(const std::string& name) { machines_[name]; }
  void process_started(const std::string& name);
  // Ends all connections of the process, and frees its ports. Requires: called before its objects go.
  void process_crashed(const std::string& name, bool silently);
  void link_mended(const std::string& a, const std::string& b);

  // The process that `endpoint` names, as seen from `process`; nothing when there is none.
  std::optional<std::string> resolve(const std::string& process, const Endpoint& endpoint) const;
  // Whether something, be it only a kernel, answers there.
  bool answers(const std::string& process) const;

  SimulatedListener* find_listener(const std::string& process, const Endpoint& endpoint) const;
  // The endpoint with a free port where it was 0. Errors: already_exists.
  Result<Endpoint> choose(const std::string& process, Endpoint endpoint);
  void add_listener(const std::string& process, const Endpoint& endpoint, SimulatedListener& listener);
  void remove_listener(const std::string& process, const Endpoint& endpoint, SimulatedListener& listener);

  std::shared_ptr<Connection> connect(ConnectionEnd client, ConnectionEnd server);
  std::uint16_t next_client_port(const std::string& process);
  LateRequests& late_requests() { return late_requests_; }

 private:
  struct Machine {
    bool running = false;
    bool silent = false;
    std::uint16_t next_listening_port = 20'000;
    std::uint16_t next_client_port = 40'000;
    std::map<Endpoint, SimulatedListener*> listeners;  // by port or path alone
  };
  static Endpoint key_of(const Endpoint& endpoint);

  Core& core_;
  LateRequests late_requests_;
  std::map<std::string, Machine> machines_;
  std::list<std::weak_ptr<Connection>> connections_;
};

}  // namespace hanse::simulator
