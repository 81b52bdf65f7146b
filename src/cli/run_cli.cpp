#include "cli/run_cli.h"

#include <boost/json.hpp>
#include <csignal>
#include <memory>
#include <utility>

#include "base/json.h"
#include "cli/command_line.h"
#include "cli/completion.h"
#include "cli/real_terminal.h"
#include "cli/run_client.h"
#include "cli/yaml_text.h"
#include "io/openssl_hashing.h"
#include "io/openssl_signatures.h"
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

int run_client_command(const GlobalOptions& global, const Command& command) {
  // A zone that hangs up is an error of writing, not the end of this program.
  std::signal(SIGPIPE, SIG_IGN);
  io::RealRuntimeOptions options;
  options.log_level = global.verbose ? LogLevel::debug : LogLevel::error;
  io::RealRuntime real(options);
  Runtime& runtime = real.runtime();
  const std::unique_ptr<Terminal> terminal = make_real_terminal(runtime.blocking, runtime.scheduler);
  io::OpensslHashing hashing(runtime.blocking, runtime.scheduler);
  io::OpensslSignatures signatures;
  const Status status = real.run_task(run_client(runtime, *terminal, {hashing, signatures}, global, command));
  return status ? 0 : report(status.error(), global.verbose);
}

int print_completion(const CompletionOptions& options) {
  const Result<std::string> script = completion_script(options.shell, command_tree());
  if (!script) return report(script.error(), false);
  print_to_standard_output(*script);
  return 0;
}

int print_version(OutputFormat format, const std::string& version) {
  const json::Value view = json::Object{{"version", version}};
  std::string text = fmt::format("hanse {}\n", version);
  if (format == OutputFormat::json) text = json::dump_pretty(view) + "\n";
  if (format == OutputFormat::yaml) text = yaml_text(view);
  print_to_standard_output(text);
  return 0;
}

}  // namespace

int run_cli(int argc, char** argv, CliPrograms programs) {
  const ParsedLine line = parse_command_line(std::vector<std::string>(argv + 1, argv + argc));
  if (!line.command) {
    (line.exit_code == 0 ? print_to_standard_output : print_to_standard_error)(line.text);
    return line.exit_code;
  }
  const Command& command = *line.command;
  if (const auto* zone = std::get_if<ZoneOptions>(&command)) return programs.zone(*zone);
  if (const auto* host = std::get_if<HostOptions>(&command)) return programs.host(*host);
  if (const auto* enrol = std::get_if<HostEnrolOptions>(&command)) return programs.enrol_host(*enrol);
  if (const auto* dev = std::get_if<DevOptions>(&command)) return programs.dev(*dev);
  if (const auto* fleet = std::get_if<FleetOptions>(&command)) return programs.fleet(*fleet);
  if (const auto* testbed = std::get_if<TestbedOptions>(&command)) return programs.testbed(*testbed);
  if (const auto* completion = std::get_if<CompletionOptions>(&command)) return print_completion(*completion);
  if (std::holds_alternative<VersionOptions>(command)) {
    return print_version(line.global.output, programs.version);
  }
  return run_client_command(line.global, command);
}

}  // namespace hanse::cli
