// Process: one simulated process, a zone or a host's agent, with a Runtime and a disk of its own.
//
// Lifecycle: start() makes a new root object over the same disk; crash() destroys it, and with it all of its
// tasks, timers and connections; what was not on the disk is lost. Thread: one. Requires: the root owns all
// that it starts (Scopes), and touches the world only through the Runtime it is given.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "runtime/runtime.h"
#include "simulator/disk.h"
#include "simulator/fabric.h"
#include "simulator/process_loop.h"

namespace hanse::simulator {

class ProcessRoot {
 public:
  virtual ~ProcessRoot() = default;
};

// What a root is made over; all of it outlives the root.
struct ProcessContext {
  Runtime& runtime;
  Disk& disk;
  const std::string& name;
  int run = 0;  // 1 is the first
};

using ProcessFactory = std::function<std::unique_ptr<ProcessRoot>(ProcessContext)>;

// A crash at the boundary of a piece of blocking work: a file or the journal has just been written, or has
// not.
struct CrashAtWork {
  WorkMoment moment = WorkMoment::before;
  int countdown = 1;  // 1: the next
  bool silently = false;
  std::function<void()> instead = {};  // of the crash: what else strikes at that moment
};

struct ProcessOptions {
  std::string name;
  ClockError clock = {};
  LogLevel log_level = LogLevel::info;
};

class Process {
 public:
  Process(Core& core, Fabric& fabric, OwnerId owner, ProcessOptions options, ProcessFactory factory);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Nothing when it runs already.
  void start();
  // Nothing when it does not run. Requires: not called from inside one of its own events.
  void crash(bool silently);
  // Instead of what was set before; nothing: no such crash.
  void set_crash_at_work(std::optional<CrashAtWork> crash) { crash_at_work_ = std::move(crash); }

  bool running() const { return run_ != nullptr; }
  int runs() const { return runs_; }
  // The root of this run; nullptr between runs.
  ProcessRoot* root() const;
  Disk& disk() { return disk_; }
  OwnerId owner() const { return owner_; }
  const std::string& name() const { return options_.name; }

 private:
  struct Run;

  bool ends_at_work(WorkMoment moment);

  Core& core_;
  Fabric& fabric_;
  OwnerId owner_;
  ProcessOptions options_;
  ProcessFactory factory_;
  Disk disk_;
  int runs_ = 0;
  std::optional<CrashAtWork> crash_at_work_;
  std::unique_ptr<Run> run_;
};

}  // namespace hanse::simulator
