// RoundTrips: how far each peer is, measured by asking it for next to nothing, and when it was last heard of.
// The least of the last few measurements counts: more than the way itself is the peer's or our own slowness.
//
// Each peer is asked once in probe_period(): every 10 s while they are few, and never more than 10 of them a
// second. Lifecycle: start() once. Thread: the loop. Failure: a peer that does not answer was not heard of.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/scope.h"
#include "runtime/runtime.h"

namespace hanse::federation {

// In the zone: its peer clients.
class ProbeClient {
 public:
  virtual ~ProbeClient() = default;
  virtual const std::vector<std::string>& probed_peers() const = 0;
  // Completes when the peer has answered. On a connection that is open already, as far as one is.
  virtual Task<Status> probe(std::string peer) = 0;
};

// With this many peers.
Nanos probe_period(std::size_t peers);

class RoundTrips {
 public:
  RoundTrips(Runtime& runtime, ProbeClient& client) : runtime_(runtime), client_(client) {}

  Status start();
  // Called when a peer was heard of that was not reachable, and when another round trip to it counts. Not
  // called when it becomes unreachable, which is at silent_from().
  void on_change(std::function<void(const std::string& peer)> listener) { listener_ = std::move(listener); }
  // It has answered or asked something.
  void heard(const std::string& peer);

  // Nothing when it was never measured.
  std::optional<Micros> measured(const std::string& peer) const;
  // Since it was last heard of; nothing: never since the start.
  std::optional<Nanos> silence(const std::string& peer) const;
  // Heard of in the last three periods.
  bool reachable(const std::string& peer) const;
  // After this moment it is not reachable, unless it is heard of. Nothing: it never was heard of.
  std::optional<MonotonicTime> silent_from(const std::string& peer) const;

 private:
  static constexpr std::size_t kSamples = 8;
  struct Known {
    std::array<Nanos, kSamples> samples{};
    std::size_t count = 0;  // of all that there were
    std::optional<MonotonicTime> heard_at;
  };

  Task<void> run();
  Task<void> measure(std::string peer);
  // False when it did not answer.
  Task<bool> measure_once(std::string peer);

  Runtime& runtime_;
  ProbeClient& client_;
  std::function<void(const std::string&)> listener_ = [](const std::string&) {};
  std::map<std::string, Known> known_;
  Scope scope_{64};  // declared last: destroyed first
};

}  // namespace hanse::federation
