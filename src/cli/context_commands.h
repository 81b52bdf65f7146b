// hanse context ls, use, add: they work on the file of contexts alone and talk to no zone.
#pragma once

#include <string>

#include "cli/contexts.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "runtime/files.h"

namespace hanse::cli {

// `path` is the file of contexts; one that is not there holds none.
Task<Result<ContextFile>> load_contexts(Files& files, std::string path);

Task<Status> run_context_list(Files& files, Terminal& terminal, std::string path, OutputFormat output);
Task<Status> run_context_use(Files& files, Terminal& terminal, std::string path, ContextUseOptions options);
Task<Status> run_context_add(Files& files, Terminal& terminal, std::string path, ContextAddOptions options);

}  // namespace hanse::cli
