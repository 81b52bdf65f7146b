// Completion for bash, and for zsh by its emulation, to which `path` and `words` mean something else. The
// script knows all commands, options and their words; names of resources it asks the zone for, with this
// program.
#include <fmt/format.h>

#include "cli/completion_scripts.h"

namespace hanse::cli {
namespace {

// Rows of shell cases.
struct BashCases {
  std::string paths;      // 'testbed'|'testbed up'
  std::string words;      // by path: what may follow it
  std::string options;    // by path and option: what that takes
  std::string arguments;  // by path and number: what that argument is
};

// In the script, words are offered as they are and of a kind the names.
std::string bash_case(const std::string& pattern, const std::vector<std::string>& words,
                      std::string_view kind) {
  if (!words.empty()) return fmt::format("      {}) offered=\"$offered {}\" ;;\n", pattern, joined(words));
  return kind.empty() ? "" : fmt::format("      {}) kind='{}' ;;\n", pattern, kind);
}

std::string names_of(const std::vector<CommandOption>& options, bool only_with_value) {
  std::string out;
  for (const CommandOption& option : options) {
    if (option.takes_value || !only_with_value) out += joined(option.names) + " ";
  }
  return out;
}

// `path` is a pattern: quoted, or * for any.
std::string option_cases(const std::vector<CommandOption>& options, const std::string& path) {
  std::string out;
  for (const CommandOption& option : options) {
    for (const std::string& name : option.names)
      out += bash_case(fmt::format("{}' {}'", path, name), option.values, kind_named_by(option));
  }
  return out;
}

void append_cases(BashCases& out, const CommandTree& tree, const std::string& path,
                  const std::vector<CommandOption>& global) {
  std::string commands;
  for (const CommandTree& command : tree.commands) commands += command.name + " ";
  const bool is_program = path.empty();
  out.words += fmt::format("    '{}') offered='{}{}{}' valued=' {}{}' ;;\n", path, commands,
                           is_program ? "" : names_of(tree.options, false), names_of(global, false),
                           is_program ? "" : names_of(tree.options, true), names_of(global, true));
  if (!is_program) {
    out.paths += fmt::format("{}'{}'", out.paths.empty() ? "" : "|", path);
    out.options += option_cases(tree.options, fmt::format("'{}'", path));
  }
  for (std::size_t i = 0; i < tree.arguments.size(); ++i) {
    const CommandArgument& argument = tree.arguments[i];
    out.arguments += bash_case(fmt::format("'{} {}'", path, i), argument.values, kind_named_by(argument));
  }
  for (const CommandTree& command : tree.commands)
    append_cases(out, command, is_program ? command.name : path + " " + command.name, global);
}

std::string kind_command_cases() {
  std::string out;
  for (const std::string_view command : kKindCommands)
    out += fmt::format(
        "      '{0} 0') offered=\"$offered {1}\" ;;\n      '{0} 1') kind=\"${{arguments[0]}}\" ;;\n", command,
        all_kind_names());
  return out;
}

}  // namespace

std::string bash_completion(const CommandTree& tree) {
  BashCases cases;
  append_cases(cases, tree, "", tree.options);
  return fmt::format(R"sh(# Completion of hanse for bash: source <(hanse completion bash)
# Names of a kind, in the zone that the line speaks to.
_hanse_names() {{
  local i zone=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${{COMP_WORDS[i]}}" in
      --config|--context|--tenant|--workspace) zone+=("${{COMP_WORDS[i]}}" "${{COMP_WORDS[i + 1]}}") ;;
    esac
  done
  "${{COMP_WORDS[0]}}" get "$1" -o name --timeout 2s "${{zone[@]}}" 2>/dev/null | sed 's|^[^/]*/||'
}}
_hanse() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD - 1]}}"
  local branch='' next='' offered='' valued='' kind='' arguments=() first=1 i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="${{branch:+$branch }}${{COMP_WORDS[i]}}"
    case "$next" in
      {}) branch="$next"; first=$((i + 1)) ;;
    esac
  done
  case "$branch" in
{}  esac
  for ((i = first; i < COMP_CWORD; i++)); do
    case "$valued" in
      *" ${{COMP_WORDS[i]}} "*) i=$((i + 1)); continue ;;
    esac
    case "${{COMP_WORDS[i]}}" in
      -*) ;;
      *) arguments+=("${{COMP_WORDS[i]}}") ;;
    esac
  done
  case "$valued" in
    *" $previous "*)
      offered=''
      case "$branch $previous" in
{}      esac ;;
    *)
      case "$branch ${{#arguments[@]}}" in
{}      esac ;;
  esac
  case "$kind $current" in
    ' '*|*' -'*) ;;
    *) offered="$offered $(_hanse_names "$kind")" ;;
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$current"))
  if [ ${{#COMPREPLY[@]}} -eq 0 ]; then
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}}
complete -F _hanse hanse
)sh",
                     cases.paths, cases.words, cases.options + option_cases(tree.options, "*"),
                     kind_command_cases() + cases.arguments);
}

}  // namespace hanse::cli
