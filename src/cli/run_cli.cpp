#include "cli/run_cli.h"

#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

#include "cli/command_line.h"
#include "cli/completion.h"
#include "cli/real_terminal.h"
#include "cli/run_client.h"
#include "io/real_runtime.h"

namespace hanse::cli {
namespace {

int report(const Error& error, bool verbose) {
  print_to_standard_error(fmt::format("hanse: {}\n", error.message));
  if (verbose) {
    print_to_standard_error(fmt::format("  class: {}\n", traits_of(error.code).name));
    for (const ErrorSource& source : error.sources) {
      print_to_standard_error(fmt::format("  at: {}{}\n", source.pointer, source.parameter));
    }
  }
  return traits_of(error.code).exit_code;
}

std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int run_client_command(const ParsedLine& line) {
  // A pager that was left early shows as an error of writing, not as the end of this program.
  std::signal(SIGPIPE, SIG_IGN);
  io::RealRuntimeOptions options;
  options.log_level = line.global.verbose ? LogLevel::debug : LogLevel::error;
  io::RealRuntime real(options);
  Runtime& runtime = real.runtime();
  const std::unique_ptr<Terminal> terminal = make_real_terminal(runtime.blocking, runtime.scheduler);
  const ClientEnvironment environment{environment_variable("HANSE_CONFIG"),
                                      environment_variable("HANSE_CONTEXT"), environment_variable("HOME")};
  const Status status =
      real.run_task(run_client(runtime, *terminal, line.global, environment, *line.command));
  return status ? 0 : report(status.error(), line.global.verbose);
}

int print_completion(const CompletionOptions& options) {
  const Result<std::string> script = completion_script(options.shell, command_tree());
  if (!script) return report(script.error(), false);
  print_to_standard_output(*script);
  return 0;
}

}  // namespace

int run_cli(int argc, char** argv, CliPrograms programs) {
  const ParsedLine line = parse_command_line(std::vector<std::string>(argv + 1, argv + argc));
  if (!line.command) {
    (line.exit_code == 0 ? print_to_standard_output : print_to_standard_error)(line.text);
    return line.exit_code;
  }
  if (const auto* zone = std::get_if<ZoneOptions>(&*line.command)) return programs.zone(*zone);
  if (const auto* host = std::get_if<HostOptions>(&*line.command)) return programs.host(*host);
  if (const auto* dev = std::get_if<DevOptions>(&*line.command)) return programs.dev(*dev);
  if (const auto* testbed = std::get_if<TestbedOptions>(&*line.command)) return programs.testbed(*testbed);
  if (const auto* completion = std::get_if<CompletionOptions>(&*line.command))
    return print_completion(*completion);
  if (std::holds_alternative<VersionOptions>(*line.command)) {
    print_to_standard_output(fmt::format("hanse {}\n", programs.version));
    return 0;
  }
  return run_client_command(line);
}

}  // namespace hanse::cli
