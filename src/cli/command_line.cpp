#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <utility>

#include "base/error.h"
#include "cli/command_groups.h"

namespace hanse::cli {
namespace {

const std::map<std::string, OutputFormat>& output_formats() {
  static const std::map<std::string, OutputFormat> formats = {{"table", OutputFormat::table},
                                                              {"wide", OutputFormat::wide},
                                                              {"json", OutputFormat::json},
                                                              {"yaml", OutputFormat::yaml},
                                                              {"name", OutputFormat::name}};
  return formats;
}

void add_global_options(CLI::App& app, GlobalOptions& global) {
  app.add_option("--context", global.context, "Which context of the configuration; default: the current one")
      ->envname("HANSE_CONTEXT");
  app.add_option("--tenant", global.tenant, "Which tenant; default: the context's");
  app.add_option("--workspace", global.workspace, "Which workspace; default: the context's");
  app.add_option("--config", global.config, "The file of contexts; default: ~/.config/hanse/contexts.yaml")
      ->envname("HANSE_CONFIG");
  // Hidden: how the environment's word gets here.
  app.add_option("--home", global.home)->envname("HOME")->group("");
  app.add_option("-o,--output", global.output, "Format of what is printed")
      ->transform(CLI::CheckedTransformer(output_formats()).description("{table,wide,json,yaml,name}"));
  app.add_option("--timeout", global.timeout, "How long one request may take")->capture_default_str();
  app.add_flag("-v,--verbose", global.verbose, "Say more");
}

// Options of the program may also stand behind a command, at any depth.
void let_options_stand_anywhere(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands({})) {
    command->fallthrough();
    let_options_stand_anywhere(*command);
  }
}

void build(CLI::App& app, CommandDrafts& drafts) {
  app.name("hanse");
  app.require_subcommand(1);
  add_global_options(app, drafts.global);
  add_resource_commands(app, drafts);
  add_instance_commands(app, drafts);
  add_snapshot_commands(app, drafts);
  add_drain_commands(app, drafts);
  add_zone_commands(app, drafts);
  add_audit_commands(app, drafts);
  add_federation_commands(app, drafts);
  add_program_commands(app, drafts);
  let_options_stand_anywhere(app);
}

constexpr const char* kDescription =
    "Hanse runs virtual machines across independent providers as one continuum";

// Of an option that is checked to be one of a few words, those words: CLI11 has them in its type alone, as
// "TEXT:{auto,live}".
std::vector<std::string> words_in(const std::string& type) {
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',');
}

CommandTree tree_of(const CLI::App& app) {
  CommandTree tree{.name = app.get_name(), .description = app.get_description()};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      tree.arguments.push_back({option->get_name(true), words_in(option->get_type_name())});
      continue;
    }
    if (option->get_group().empty()) continue;
    CommandOption known{.takes_value = option->get_items_expected_max() > 0,
                        .values = words_in(option->get_type_name())};
    for (const std::string& name : option->get_lnames()) known.names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) known.names.push_back("-" + name);
    tree.options.push_back(std::move(known));
  }
  for (const CLI::App* command : app.get_subcommands({})) {
    if (!command->get_group().empty()) tree.commands.push_back(tree_of(*command));
  }
  return tree;
}

// What is wrong, said of the innermost command that was recognised, and where its help is.
std::string fault_text(const CLI::App& app, const CLI::ParseError& fault) {
  std::string path = "hanse";
  const CLI::App* innermost = &app;
  for (auto parsed = app.get_subcommands(); !parsed.empty(); parsed = innermost->get_subcommands()) {
    innermost = parsed.front();
    path += " " + innermost->get_name();
  }
  std::string reason = fault.what();
  // Words that a command does not know fall through to the program.
  const std::vector<std::string> rest = app.remaining(true);
  if (dynamic_cast<const CLI::RequiredError*>(&fault) != nullptr && !rest.empty() &&
      !innermost->get_subcommands({}).empty())
    reason = fmt::format("'{}' is no command of '{}'", rest.front(), path);
  return fmt::format("hanse: {}; see '{} --help'\n", reason, path);
}

}  // namespace

ParsedLine parse_command_line(std::vector<std::string> arguments) {
  CLI::App app(kDescription);
  CommandDrafts drafts;
  build(app, drafts);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  ParsedLine line;
  // CLI11 reports a fault, and a wish for help, by exceptions; they end here.
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::Success& wish) {
    std::ostringstream out;
    app.exit(wish, out, out);
    line.text = out.str();
    return line;
  } catch (const CLI::ParseError& fault) {
    line.exit_code = traits_of(Code::invalid_argument).exit_code;
    line.text = fault_text(app, fault);
    return line;
  }
  line.global = drafts.global;
  line.command = drafts.command;
  return line;
}

CommandTree command_tree() {
  CLI::App app(kDescription);
  CommandDrafts drafts;
  build(app, drafts);
  return tree_of(app);
}

}  // namespace hanse::cli
