// The command line as values: parsing, help, and the tree of commands that shell completion is made of.
//
// Reads the arguments and the environment's HANSE_CONFIG, HANSE_CONTEXT and HOME. CLI11 stays in the source
// files behind this header.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"

namespace hanse::cli {

// Either `command` is set, or `text` is what to print before leaving with `exit_code`: to standard output
// when that is 0, otherwise to standard error.
struct ParsedLine {
  GlobalOptions global;
  std::optional<Command> command;
  std::string text;
  int exit_code = 0;
};

// `arguments` without the program's name.
ParsedLine parse_command_line(std::vector<std::string> arguments);

struct CommandOption {
  std::vector<std::string> names;   // "--output", "-o"
  bool takes_value = false;         // else it is a flag
  std::vector<std::string> values;  // all that it takes; empty: others
};

struct CommandArgument {
  std::string name;  // "instance"
  std::vector<std::string> values;
};

// One command with its options, arguments and sub-commands; hidden ones are left out.
struct CommandTree {
  std::string name;
  std::string description;
  std::vector<CommandOption> options;
  std::vector<CommandArgument> arguments;  // in their order
  std::vector<CommandTree> commands;
};

CommandTree command_tree();

}  // namespace hanse::cli
