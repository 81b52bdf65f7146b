// What the completion scripts of the shells are made with; see completion.h. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line.h"
#include "cli/kinds.h"

namespace hanse::cli {

std::string bash_completion(const CommandTree& tree);
std::string fish_completion(const CommandTree& tree);

// Commands whose first argument is a kind of resource and whose second is the name of one.
inline constexpr std::string_view kKindCommands[] = {"get", "describe", "delete", "events"};

std::string joined(const std::vector<std::string>& words);
std::string all_kind_names();

// Resources of which kind an option or an argument names, in plural; empty: of none. An argument that is
// called as a kind names one of it.
std::string_view kind_named_by(const CommandOption& option);
std::string_view kind_named_by(const CommandArgument& argument);

}  // namespace hanse::cli
