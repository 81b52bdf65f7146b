// World: a whole simulated federation in one thread: processes, what lies between them, virtual time, one
// seed. The same seed gives the same run, event for event.
//
// Lifecycle: make it, add processes and invariants, run. It stops at the first violated invariant. Thread:
// one. Destroying it crashes all processes. Failure: violation().
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulator/core.h"
#include "simulator/fabric.h"
#include "simulator/process.h"

namespace hanse::simulator {

struct Violation {
  std::string invariant;
  std::string message;
  Nanos when{0};
};

// Nothing while the invariant holds, else what is wrong.
using Invariant = std::function<std::optional<std::string>()>;

class World {
 public:
  explicit World(std::uint64_t seed) : core_(seed), fabric_(core_) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Core& core() { return core_; }
  SeededRandom& random() { return core_.random; }
  Links& links() { return core_.links; }
  LateRequests& late_requests() { return fabric_.late_requests(); }
  Trace& trace() { return core_.trace; }
  Nanos now() const { return core_.now(); }
  std::uint64_t digest() const { return core_.trace.digest(); }
  std::uint64_t events_run() const { return core_.events.events_run(); }

  // Starts it at once. Requires: no other process has this name.
  Process& add_process(ProcessOptions options, ProcessFactory factory);
  // Requires: the process exists, as in all that follows.
  Process& process(const std::string& name) { return *processes_.at(name); }
  std::vector<std::string> process_names() const;

  // From inside an event of some process, it happens right after that event. Silently: by chance if not said.
  void crash(const std::string& name, std::optional<bool> silently = std::nullopt);
  void restart(const std::string& name);
  // For the end: what was made after the World may go only when nothing runs that refers to it.
  void crash_all();
  void partition(const std::string& a, const std::string& b);
  void heal(const std::string& a, const std::string& b);

  // Something that the test does at a time.
  void at(Nanos when, std::function<void()> action);

  // Checked after each event.
  void add_invariant(std::string name, Invariant holds);
  const std::optional<Violation>& violation() const { return violation_; }

  // Each is false when an invariant was violated, and runs nothing any more.
  bool run_until(Nanos end);
  bool run_for(Nanos duration) { return run_until(now() + duration); }
  // Until nothing is scheduled, at the latest `limit` from now.
  bool run_until_idle(Nanos limit);
  // Until `condition` holds, at the latest `limit` from now; false, too, when it does not by then.
  bool run_until_true(const std::function<bool()>& condition, Nanos limit);

 private:
  bool step(Nanos end);
  void check_invariants();

  Core core_;
  Fabric fabric_;
  std::vector<std::pair<std::string, Invariant>> invariants_;
  std::optional<Violation> violation_;
  std::map<std::string, std::unique_ptr<Process>> processes_;  // declared last: destroyed first
};

}  // namespace hanse::simulator
