#include "testbed/testbed_command.h"

#include <boost/json.hpp>
#include <utility>

#include "cli/yaml_text.h"
#include "testbed/built_in_topologies.h"
#include "testbed/remover.h"
#include "testbed/restarter.h"
#include "testbed/starter.h"
#include "testbed/status_report.h"
#include "testbed/wan/relay.h"
#include "testbed/zone_shell.h"

namespace hanse::testbed {
namespace {

constexpr Bytes kTopologyLimit{1 << 20};

std::string state_folder_of(const cli::TestbedOptions& options) {
  std::string folder =
      options.state_directory.empty() ? default_state_folder(options.name) : options.state_directory;
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder;
}

// By name, else as a file. A word that is neither was most likely meant as a name.
Task<Result<Topology>> find_topology(Runtime& runtime, std::string wanted) {
  if (wanted.empty()) wanted = kDefaultTopology;
  if (is_built_in(wanted)) co_return built_in_topology(wanted);
  const Result<std::string> text = co_await runtime.files.read(wanted, kTopologyLimit);
  if (text) co_return read_topology(wanted, *text);
  const bool is_word = wanted.find_first_of("/.") == std::string::npos;
  if (is_word && text.error().code == Code::not_found) co_return built_in_topology(wanted);
  co_return fail(text.error());
}

Task<Status> show_status(Runtime& runtime, cli::Terminal& terminal, cli::TestbedOptions options) {
  HANSE_CO_TRY(const StatusReport report, co_await read_status(runtime, state_folder_of(options)));
  const bool wide = options.output == cli::OutputFormat::wide;
  if (options.output == cli::OutputFormat::json)
    terminal.print(json::dump_pretty(to_json(report)) + "\n");
  else if (options.output == cli::OutputFormat::yaml)
    terminal.print(cli::yaml_text(to_json(report)));
  else
    terminal.print(status_table(report, {.each_link = options.links || wide, .process_ids = wide}));
  co_return Status();
}

Task<Status> start(Runtime& runtime, cli::Terminal& terminal, ZoneAccess& access, cli::TestbedOptions options,
                   std::string program) {
  HANSE_CO_TRY(Topology topology, co_await find_topology(runtime, options.topology));
  HANSE_CO_TRY(Plan plan, make_plan(options.name, state_folder_of(options), std::move(topology)));
  UpOptions up_options{
      .plan = std::move(plan),
      .programs = programs_of(program),
      .keep_on_failure = options.keep,
      .progress = [&terminal](std::string_view line) { terminal.print_error(std::string(line) + "\n"); }};
  HANSE_CO_CHECK(co_await up(runtime, access, std::move(up_options)));
  co_return co_await show_status(runtime, terminal, std::move(options));
}

Task<Status> restart(Runtime& runtime, ZoneAccess& access, cli::TestbedOptions options, std::string program) {
  StartOptions start_options{.state_folder = state_folder_of(options),
                             .programs = programs_of(program),
                             .zone = options.zone,
                             .host = options.host};
  return start_again(runtime, access, std::move(start_options));
}

Task<Status> open_shell(Runtime& runtime, cli::TestbedOptions options) {
  HANSE_CO_TRY(const Plan plan, co_await read_plan(runtime, state_folder_of(options)));
  co_return fail(replace_by_shell(plan, options.zone, std::move(options.command)));
}

Task<Status> remove(Runtime& runtime, cli::Terminal& terminal, cli::TestbedOptions options) {
  const std::string folder = state_folder_of(options);
  DownOptions down_options{.state_folder = folder};
  down_options.progress = [&terminal](std::string_view line) {
    terminal.print_error(std::string(line) + "\n");
  };
  HANSE_CO_TRY(const bool removed, co_await down(runtime, std::move(down_options)));
  terminal.print(removed ? fmt::format("testbed {} is removed\n", folder)
                         : fmt::format("there is no testbed in {}\n", folder));
  co_return Status();
}

Task<Status> run_emulator(Runtime& runtime, std::string options_file) {
  co_return run_wan(options_file, runtime.random);
}

}  // namespace

Task<Status> run_testbed_command(Runtime& runtime, cli::Terminal& terminal, ZoneAccess& access,
                                 cli::TestbedOptions options, std::string program) {
  switch (options.action) {
    case cli::TestbedAction::up:
      return start(runtime, terminal, access, std::move(options), std::move(program));
    case cli::TestbedAction::status:
      return show_status(runtime, terminal, std::move(options));
    case cli::TestbedAction::start:
      return restart(runtime, access, std::move(options), std::move(program));
    case cli::TestbedAction::shell:
      return open_shell(runtime, std::move(options));
    case cli::TestbedAction::down:
      return remove(runtime, terminal, std::move(options));
    case cli::TestbedAction::wan:
      break;
  }
  return run_emulator(runtime, std::move(options.wan_config_path));
}

}  // namespace hanse::testbed
