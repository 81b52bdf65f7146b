#include "cli/completion.h"

#include <algorithm>
#include <fmt/ranges.h>

#include "cli/kinds.h"

namespace hanse::cli {
namespace {

// Commands whose first argument is a kind of resource.
constexpr std::string_view kKindCommands = "get|describe|delete|events";

std::string kinds() {
  std::string words;
  for (const Kind& kind : all_kinds()) words.append(words.empty() ? "" : " ").append(kind.plural);
  return words;
}

std::string words_of(const CommandTree& tree) {
  std::vector<std::string> words = tree.options;
  for (const CommandTree& command : tree.commands) words.push_back(command.name);
  return fmt::format("{}", fmt::join(words, " "));
}

// One case for each command: "testbed up" -> its words.
void append_cases(std::string& out, const CommandTree& tree, const std::string& path,
                  const std::string& global_options) {
  out += fmt::format("    '{}') words='{} {}' ;;\n", path, words_of(tree), global_options);
  for (const CommandTree& command : tree.commands) {
    append_cases(out, command, path.empty() ? command.name : path + " " + command.name, global_options);
  }
}

void append_paths(std::string& out, const CommandTree& tree, const std::string& path) {
  for (const CommandTree& command : tree.commands) {
    const std::string below = path.empty() ? command.name : path + " " + command.name;
    out += (out.empty() ? "" : "|") + fmt::format("'{}'", below);
    append_paths(out, command, below);
  }
}

std::string bash_script(const CommandTree& tree) {
  std::string cases;
  append_cases(cases, tree, "", fmt::format("{}", fmt::join(tree.options, " ")));
  std::string paths;
  append_paths(paths, tree, "");
  return fmt::format(R"(# Completion of hanse for bash: source <(hanse completion bash)
_hanse() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" path='' next='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="${{path:+$path }}${{COMP_WORDS[i]}}"
    case "$next" in
      {}) path="$next" ;;
    esac
  done
  case "$path" in
{}  esac
  case "$path" in
    {}) words="$words {}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if [ ${{#COMPREPLY[@]}} -eq 0 ]; then
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}}
complete -F _hanse hanse
)",
                     paths, cases, kKindCommands, kinds());
}

std::string zsh_script(const CommandTree& tree) {
  return "#compdef hanse\n# Completion of hanse for zsh: source <(hanse completion zsh)\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash_script(tree);
}

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

void append_fish(std::string& out, const CommandTree& tree, const std::string& condition) {
  for (const std::string& option : tree.options) {
    const bool is_long = option.starts_with("--");
    out += fmt::format("complete -c hanse{} {} {}\n", condition, is_long ? "-l" : "-s",
                       option.substr(is_long ? 2 : 1));
  }
  for (const CommandTree& command : tree.commands) {
    out += fmt::format("complete -c hanse{} -a {} -d {}\n",
                       condition.empty() ? " -n __fish_use_subcommand" : condition, command.name,
                       fish_quoted(command.description));
    append_fish(out, command, fmt::format(" -n '__fish_seen_subcommand_from {}'", command.name));
  }
}

std::string fish_script(const CommandTree& tree) {
  std::string out = "# Completion of hanse for fish: hanse completion fish | source\n";
  append_fish(out, tree, "");
  out += "complete -c hanse -n '__fish_seen_subcommand_from get describe delete events' -a " +
         fish_quoted(kinds()) + "\n";
  return out;
}

}  // namespace

Result<std::string> completion_script(const std::string& shell, const CommandTree& tree) {
  if (shell == "bash") return bash_script(tree);
  if (shell == "zsh") return zsh_script(tree);
  if (shell == "fish") return fish_script(tree);
  return fail(Code::invalid_argument, "there is no completion for '{}'; use bash, zsh or fish",
              shell.substr(0, 32));
}

}  // namespace hanse::cli
