// Runs one client command on a runtime: finds the context, connects, runs the command.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "runtime/runtime.h"

namespace hanse::cli {

// What the environment says; empty: not set.
struct ClientEnvironment {
  std::string config;   // HANSE_CONFIG
  std::string context;  // HANSE_CONTEXT
  std::string home;     // HOME
};

std::string contexts_path(const GlobalOptions& global, const ClientEnvironment& environment);

// Requires: `command` is one of a client, `runtime` and `terminal` outlive the task.
Task<Status> run_client(Runtime& runtime, Terminal& terminal, GlobalOptions global,
                        ClientEnvironment environment, Command command);

}  // namespace hanse::cli
