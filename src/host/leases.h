// Leases: until when this host may run the machines whose failover is `restart`. Each ping to the zone asks
// for all of them, the answer names those that are granted, and they count from when the ping was sent. In
// good time before a lease ends its machine is stopped; at its end the driver ends it, even if this agent is
// no more.
//
// Lifecycle: as long as the agent; what was granted to an earlier run is not known, and is asked for anew.
// Thread: the loop. Failure: none; without an answer leases end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "host/driver.h"
#include "model/host_messages.h"
#include "runtime/runtime.h"

namespace hanse::host {

// The guest is asked to power off so long before its lease ends, and has kLeaseGrace for it.
inline constexpr Nanos kLeaseLead = Seconds{20};
inline constexpr Nanos kLeaseGrace = Seconds{10};
// A new agent has so long to hear of the leases of those that it finds running.
inline constexpr Nanos kFirstAnswer = Seconds{20};

class Leases {
 public:
  // `ask` makes the link send a ping soon.
  Leases(Runtime& runtime, Driver& driver, std::function<void()> ask)
      : runtime_(runtime), driver_(driver), ask_(std::move(ask)), began_(runtime.clock.now()) {
    wake_at_next_end();
  }
  ~Leases();
  Leases(const Leases&) = delete;
  Leases& operator=(const Leases&) = delete;

  // There is a machine that may not run yet: the next ping should not wait.
  void ask_soon() { ask_(); }
  // For a ping that is sent now.
  model::HostPing ping();
  void granted(const model::HostLease& lease);
  bool any() const { return !ends_.empty(); }
  // Whether it may go on running; false from kLeaseLead before the end on.
  bool held(const std::string& uid) const;
  // Whether one that runs has to stop. A lease that an earlier run of the agent held counts for kFirstAnswer:
  // the driver knows its end.
  bool lapsed(const std::string& uid) const;

 private:
  void wake_at_next_end();

  Runtime& runtime_;
  Driver& driver_;
  std::function<void()> ask_;
  MonotonicTime began_;
  std::int64_t sequence_ = 0;
  std::map<std::int64_t, MonotonicTime> asked_;  // by sequence, the last few
  std::map<std::string, MonotonicTime> ends_;    // by uid
  TimerId timer_ = TimerId::none;
};

}  // namespace hanse::host
