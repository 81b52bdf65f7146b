// Completion for fish: one line for each command, option and argument. Names of resources are asked of the
// zone, with this program.
#include <fmt/ranges.h>

#include "cli/completion_scripts.h"

namespace hanse::cli {
namespace {

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

// What may stand there: words, or names of a kind; "" for anything.
std::string fish_values(const std::vector<std::string>& words, std::string_view kind) {
  if (!words.empty()) return " -x -a " + fish_quoted(joined(words));
  return kind.empty() ? "" : fmt::format(" -x -a '(__hanse_names {})'", kind);
}

void append_option(std::string& out, const CommandOption& option, const std::string& condition) {
  std::string values = fish_values(option.values, kind_named_by(option));
  if (values.empty() && option.takes_value) values = " -r";
  for (const std::string& name : option.names) {
    const bool is_long = name.starts_with("--");
    out += fmt::format("complete -c hanse{} {} {}{}\n", condition, is_long ? "-l" : "-s",
                       name.substr(is_long ? 2 : 1), option.takes_value ? values : "");
  }
}

void append_fish(std::string& out, const CommandTree& tree, const std::string& condition) {
  for (const CommandOption& option : tree.options) append_option(out, option, condition);
  for (const CommandArgument& argument : tree.arguments) {
    const std::string values = fish_values(argument.values, kind_named_by(argument));
    if (!values.empty()) out += fmt::format("complete -c hanse{}{}\n", condition, values);
  }
  for (const CommandTree& command : tree.commands) {
    out += fmt::format("complete -c hanse{} -a {} -d {}\n",
                       condition.empty() ? " -n __fish_use_subcommand" : condition, command.name,
                       fish_quoted(command.description));
    append_fish(out, command, fmt::format(" -n '__fish_seen_subcommand_from {}'", command.name));
  }
}

constexpr std::string_view kFishFunctions = R"(# Names of a kind, in the zone that the line speaks to.
function __hanse_names
  set -l line (commandline -opc)
  set -l zone
  for i in (seq (count $line))
    if contains -- $line[$i] --config --context --tenant --workspace
      set -a zone $line[$i] $line[(math $i + 1)]
    end
  end
  hanse get $argv[1] -o name --timeout 2s $zone 2>/dev/null | string replace -r '^[^/]*/' ''
end
# After a command that takes a kind and a name: the one or the other.
function __hanse_kind_or_name
  set -l words (string match -v -- '-*' (commandline -opc))
  if test (count $words) -ge 3
    __hanse_names $words[3]
  else
    string split ' ' $argv[1]
  end
end
)";

}  // namespace

std::string fish_completion(const CommandTree& tree) {
  std::string out =
      fmt::format("# Completion of hanse for fish: hanse completion fish | source\n{}", kFishFunctions);
  append_fish(out, tree, "");
  out += fmt::format(
      "complete -c hanse -n '__fish_seen_subcommand_from {}' -f -a '(__hanse_kind_or_name \"{}\")'\n",
      fmt::join(kKindCommands, " "), all_kind_names());
  return out;
}

}  // namespace hanse::cli
