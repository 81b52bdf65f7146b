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
  std::uint32_t late_requests = 0;  // between two of FaultOptions::askers
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
};

class Faults {
 public:
  Faults(World& world, FaultOptions options);

  void start();
  // Undoes all faults now. Those of the schedule that are still to come do nothing any more.
  void quieten();
  int injected() const { return injected_; }

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
    late_requests
  };

  Kind draw_kind();
  std::pair<std::string, std::string> draw_pair(const std::vector<std::string>& names);
  void plan_one(Nanos when);
  void plan_crash(Nanos when, Nanos until, bool at_work);
  void plan_full_disk(Nanos when, Nanos until);
  void plan_link(Nanos when, Nanos until, Kind kind);
  void plan_late_requests(Nanos when, Nanos until);
  void at(Nanos when, std::function<void()> action);

  World& world_;
  FaultOptions options_;
  SeededRandom random_;
  bool over_ = false;
  int injected_ = 0;
};

}  // namespace hanse::simulator
