// LateRequests: a fault: whole HTTP requests that come late, most of them a second time.
//
// No network doubles the bytes of a connection, but who gets no answer asks again over another one, and what
// he sent first may still arrive: with the same identity, while its sender no longer listens. So requests
// between two processes are read along, and some are delivered once more over a connection of their own, up
// to a while after the first time. Other requests may have come in between, and the receiver may have
// started anew. A few come late only: their connection stalls, while others go on.
//
// Lifecycle: one in a World. Thread: one. What is not HTTP is left alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "runtime/network.h"
#include "simulator/connection.h"

namespace hanse::simulator {

class Fabric;

class LateRequests {
 public:
  LateRequests(Core& core, Fabric& fabric) : core_(core), fabric_(fabric) {}
  LateRequests(const LateRequests&) = delete;
  LateRequests& operator=(const LateRequests&) = delete;

  // Connections that are made before this are not read along.
  void enable() { enabled_ = true; }
  // Of the requests between the two, either way, some come again, or only, up to `latest` later, until
  // stop().
  void start(const std::string& a, const std::string& b, Nanos latest);
  void stop(const std::string& a, const std::string& b);
  // Nothing comes late that is sent from now on; what is still to come, comes within seconds.
  void quieten();

  // Reads along what the client sends over this connection to the endpoint of the server.
  void read_along(Connection& connection, const Endpoint& endpoint);

  std::size_t pending() const { return pending_.size(); }
  // So many have come again, and so many were held up.
  std::uint64_t delivered() const { return delivered_; }
  std::uint64_t stalled() const { return stalled_; }

 private:
  struct Late {
    std::string client;
    std::string server;
    Endpoint endpoint;
    PeerIdentity identity;  // as the server saw it the first time
    std::string bytes;
  };
  struct Pending {
    std::function<void()> come;
    TimerId timer = TimerId::none;
  };
  // True: it is to come late only.
  bool heard(Late late);
  void plan(std::function<void()> come, Nanos latest);
  void schedule(std::uint64_t number, Nanos delay);
  void deliver(Late late);

  Core& core_;
  Fabric& fabric_;
  bool enabled_ = false;
  std::map<std::pair<std::string, std::string>, Nanos> latest_;  // by the two, in order of name
  std::map<std::uint64_t, Pending> pending_;
  std::uint64_t last_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t stalled_ = 0;
};

}  // namespace hanse::simulator
