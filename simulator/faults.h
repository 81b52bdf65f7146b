// Faults: a seeded schedule of what goes wrong during a window of time, and quiet after it.
//
// The schedule depends on the seed and the options alone, not on what the processes do. Lifecycle: made over
// a World with all of its processes; start() once. At the window's end everything is undone: all processes
// run, all links are good, no disk is full.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "host/drivers/simulated/fleet.h"
#include "simulator/world.h"

namespace hanse::simulator {

// How often each kind comes, relative to the others; 0: never.
struct FaultWeights {
  std::uint32_t crash = 4;
  std::uint32_t crash_at_work = 4;  // see CrashAtWork
  std::uint32_t partition = 4;
  std::uint32_t one_way_partition = 1;
  std::uint32_t slow_link = 2;
  std::uint32_t lossy_link = 2;
  std::uint32_t reordering_link = 2;
  std::uint32_t full_disk = 1;
  std::uint32_t late_requests = 0;    // between two of FaultOptions::askers
  std::uint32_t dead_hypervisor = 0;  // of a machine of FaultOptions::fleet
};

// How many died, by what they did.
struct DeadHypervisors {
  std::uint64_t running = 0;   // a guest, also while it moved, booted or stopped
  std::uint64_t incoming = 0;  // waited for a guest, or for the right to run it
  std::uint64_t paused = 0;    // had handed over its guest, or was about to
};

struct FaultOptions {
  Nanos begin = Seconds{5};
  Nanos end = Seconds{120};
  Nanos mean_interval = Seconds{5};
  Nanos longest = Seconds{20};  // one fault
  FaultWeights weights = {};
  std::vector<std::string> victims = {};  // processes; empty: all
  // Processes whose requests to each other may come twice (late_requests.h), and how late at most.
  std::vector<std::string> askers = {};
  Nanos latest_request = Seconds{60};
  host::simulated::Fleet* fleet = nullptr;  // nullptr: no hypervisor dies
};

class Faults {
 public:
  Faults(World& world, FaultOptions options);

  void start();
  // Undoes all faults now. Those of the schedule that are still to come do nothing any more.
  void quieten();
  int injected() const { return injected_; }
  const DeadHypervisors& dead_hypervisors() const { return dead_; }

 private:
  enum class Kind {
    crash,
    crash_at_work,
    partition,
    one_way_partition,
    slow_link,
    lossy_link,
    reordering_link,
    full_disk,
    late_requests,
    dead_hypervisor
  };

  Kind draw_kind();
  std::pair<std::string, std::string> draw_pair(const std::vector<std::string>& names);
  void plan_one(Nanos when);
  void plan_crash(Nanos when, Nanos until, bool at_work);
  void plan_full_disk(Nanos when, Nanos until);
  void plan_link(Nanos when, Nanos until, Kind kind);
  void plan_late_requests(Nanos when, Nanos until);
  void plan_dead_hypervisor(Nanos when, Nanos until);
  void kill_one(std::uint64_t choice);
  void at(Nanos when, std::function<void()> action);

  World& world_;
  FaultOptions options_;
  SeededRandom random_;
  bool over_ = false;
  int injected_ = 0;
  DeadHypervisors dead_;
};

}  // namespace hanse::simulator
