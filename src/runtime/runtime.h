// Runtime: the one door to the outside. Everything in Hanse that needs time, chance, the loop, the network,
// files or processes is handed this in its constructor. io/ makes the real one, simulator/ one per simulated
// process.
#pragma once

#include "base/log.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/files.h"
#include "runtime/network.h"
#include "runtime/processes.h"
#include "runtime/random.h"
#include "runtime/scheduler.h"

namespace hanse {

struct Runtime {
  Clock& clock;
  Scheduler& scheduler;
  Random& random;
  Network& network;
  Files& files;
  Processes& processes;
  BlockingExecutor& blocking;
  LogSink& log;
};

}  // namespace hanse
