// Completion scripts for bash, zsh and fish, made of the tree of commands. Pure.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/command_line.h"

namespace hanse::cli {

// Errors: invalid_argument for another shell.
Result<std::string> completion_script(const std::string& shell, const CommandTree& tree);

}  // namespace hanse::cli
