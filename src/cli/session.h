// What a client command works with. A bundle of references, cheap to copy; all of them outlive the command.
#pragma once

#include "cli/api_client.h"
#include "cli/kinds.h"
#include "cli/output_format.h"
#include "cli/terminal.h"
#include "runtime/blocking.h"
#include "runtime/clock.h"
#include "runtime/files.h"
#include "runtime/scheduler.h"

namespace hanse::cli {

struct Session {
  ApiClient& api;
  Terminal& terminal;
  Files& files;
  Clock& clock;
  Scheduler& scheduler;
  BlockingExecutor& blocking;
  Place place = {};
  OutputFormat output = OutputFormat::table;
};

}  // namespace hanse::cli
