// Reaper: waits for child processes, so that none stays a zombie, and tells who asked how they ended.
//
// Lifecycle: children that were not killed live on when it goes; those that were are waited for, for a
// moment. Thread: the loop.
#pragma once

#include <set>
#include <sys/types.h>

#include "base/scope.h"
#include "io/event_loop.h"
#include "runtime/future.h"
#include "runtime/scheduler.h"

namespace hanse::io {

class Reaper {
 public:
  Reaper(EventLoop& loop, Scheduler& scheduler) : loop_(loop), scheduler_(scheduler) {}
  ~Reaper();
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  // The exit status, 128 + signal when it was killed. Called once for each child; who does not want to know
  // drops the future.
  Future<int> watch(pid_t child);

  // Kills the child's process group; nothing when it has been waited for already.
  void kill_group(pid_t child);

 private:
  Task<void> reap(pid_t child, Promise<int> exited);

  EventLoop& loop_;
  Scheduler& scheduler_;
  std::set<pid_t> unreaped_;
  std::set<pid_t> killed_;  // among them
  Scope scope_;
};

}  // namespace hanse::io
