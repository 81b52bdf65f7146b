// What the daemons share: reading their configuration, running until a signal, and ending with an exit code.
#pragma once

#include <functional>
#include <string>

#include "io/real_runtime.h"

namespace hanse::programs {

io::RealRuntimeOptions runtime_options(bool verbose);

// Errors: not_found and so on, naming the file.
Task<Result<std::string>> read_config(Runtime& runtime, std::string path);

// Where a host keeps everything when nothing else is said.
std::string default_host_folder(const std::string& home);
std::string absolute_path(const std::string& path);

// Runs the loop until SIGTERM or SIGINT; `on_hangup` for each SIGHUP.
void run_until_signal(io::RealRuntime& real, std::function<void()> on_hangup);

// Prints the error, if there is one, and gives the exit code of its class.
int exit_code(const Status& status);

}  // namespace hanse::programs
