// DigestNet: up to thousands of zones that spread their digests by the production RecordTable and
// RecordExchange, over links that have the delays of European distances; every byte between them is counted.
//
// Nothing else of a zone is there, and records keep a short body in memory while a real one is counted.
// Lifecycle: make it, run_for(), read the figures. Thread: one. Failure: none; zones that are cut answer
// nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "federation/peers.h"
#include "model/placement_policy.h"
#include "simulator/world.h"

namespace hanse::simulator {

struct DigestNode;

struct DigestNetOptions {
  std::uint64_t seed = 1;
  int zones = 100;
  Nanos refresh{Seconds{60}};  // of each zone's digest; 0: never
};

struct Traffic {
  std::uint64_t bytes = 0;  // bodies, overhead and handshakes
  std::uint64_t requests = 0;
  std::uint64_t handshakes = 0;
  std::uint64_t probe_bytes = 0;  // of the measuring of round trips alone
};

class DigestNet {
 public:
  // All zones know a digest of all others already.
  explicit DigestNet(DigestNetOptions options);
  ~DigestNet();
  DigestNet(const DigestNet&) = delete;
  DigestNet& operator=(const DigestNet&) = delete;

  void run_for(Nanos time) { world_.run_for(time); }
  void set_refresh(Nanos refresh) { options_.refresh = refresh; }
  void start_probes();
  // These zones hear nobody and nobody hears them.
  void cut(std::size_t count);
  void heal() { cut_.clear(); }

  const Traffic& traffic() const { return traffic_; }
  // How long each change took that is everywhere by now; of zones that were cut, neither changes nor arrivals
  // count.
  std::vector<Nanos> spread_times() const;
  // Changes older than `age` that are not everywhere.
  std::size_t missing(Nanos age) const;
  std::size_t changes() const { return spreads_.size(); }
  void forget_changes() { spreads_.clear(); }
  // Every zone has the newest digest of every other.
  bool converged() const;
  std::uint64_t digest() const { return world_.digest(); }

 private:
  friend struct DigestNode;
  struct Spread {
    Nanos published{0};
    Nanos last{0};
    std::size_t arrivals = 0;
    std::size_t wanted = 0;
  };

  void introduce_all();
  void plan_refreshes();
  void refresh(std::size_t index);
  void arrived(const std::string& owner, std::int64_t version, const std::string& at);
  bool is_cut(const std::string& zone) const { return cut_.contains(zone); }
  Nanos one_way(const DigestNode& from, const DigestNode& to) const;
  // The connection is there, or is made: how long that takes.
  Nanos connect(const DigestNode& from, const DigestNode& to, Traffic& counted);
  DigestNode& node(std::size_t index);
  std::int64_t now_millis() const;

  DigestNetOptions options_;
  federation::Peers peers_;  // all zones; the same for everybody
  std::vector<std::string> names_;
  std::map<std::string, std::size_t> indexes_;
  std::vector<model::Coordinates> places_;
  std::size_t record_bytes_ = 0;
  Traffic traffic_;
  std::set<std::string> cut_;
  std::map<std::pair<std::string, std::int64_t>, Spread> spreads_;
  std::map<std::pair<std::size_t, std::size_t>, Nanos> connections_;  // when each was used last
  World world_;  // declared last: its processes refer to the rest
};

}  // namespace hanse::simulator
