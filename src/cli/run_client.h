// Runs one client command on a runtime: finds the context, connects, runs the command.
//
// Thread: the loop. Failure: returned, with what to do about the context where that may be the cause.
#pragma once

#include <string>

#include "base/result.h"
#include "base/task.h"
#include "cli/commands.h"
#include "cli/contexts.h"
#include "cli/kinds.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "http/client.h"
#include "runtime/runtime.h"

namespace hanse::cli {

// The file of contexts.
std::string contexts_path(const GlobalOptions& global);

// How to reach the zone of that context, with its token; for programs that are more than one command.
// Errors: as the contexts have them.
Task<Result<http::ClientOptions>> zone_access(Runtime& runtime, std::string contexts_path,
                                              std::string context);

// The tenant and workspace of the options, else the context's, else "default". Errors: invalid_argument.
Result<Place> choose_place(const GlobalOptions& global, const Context& context);

// Requires: `command` is one of a client, `runtime` and `terminal` outlive the task.
Task<Status> run_client(Runtime& runtime, Terminal& terminal, AuditTools audit_tools, GlobalOptions global,
                        Command command);

}  // namespace hanse::cli
