#include "cli/completion.h"

#include "cli/completion_scripts.h"

namespace hanse::cli {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string all_kind_names() {
  std::vector<std::string> names;
  for (const Kind& kind : all_kinds()) names.emplace_back(kind.plural);
  return joined(names);
}

std::string_view kind_named_by(const CommandOption& option) {
  const std::string& name = option.names.front();
  if (name == "--to") return "zones";
  if (name == "--host") return "hosts";
  return name == "--sku" ? "instance-skus" : "";
}

std::string_view kind_named_by(const CommandArgument& argument) {
  const auto kind = find_kind(argument.name);
  return kind ? (*kind)->plural : "";
}

Result<std::string> completion_script(const std::string& shell, const CommandTree& tree) {
  if (shell == "bash") return bash_completion(tree);
  if (shell == "zsh") {
    return "#compdef hanse\n# Completion of hanse for zsh: source <(hanse completion zsh)\n"
           "autoload -U +X bashcompinit && bashcompinit\n" +
           bash_completion(tree);
  }
  if (shell == "fish") return fish_completion(tree);
  return fail(Code::invalid_argument, "there is no completion for '{}'; use bash, zsh or fish",
              shell.substr(0, 32));
}

}  // namespace hanse::cli
