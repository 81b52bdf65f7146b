// What the command line hands to the programs that are not clients: the zone, the host, the first try, and
// the testbed.
#pragma once

#include <string>
#include <vector>

#include "cli/output_format.h"

namespace hanse::cli {

struct ZoneOptions {
  std::string config_path;
  bool verbose = false;
};

struct HostOptions {
  std::string config_path;
  bool verbose = false;
};

struct DevOptions {
  std::string data_directory;             // default: ~/.local/share/hanse/dev
  std::string listen = "127.0.0.1:8443";  // of the zone's API
  bool verbose = false;
};

enum class TestbedAction { up, status, start, shell, down, wan };

struct TestbedOptions {
  TestbedAction action = TestbedAction::status;
  std::string topology;          // up: the name of one that is built in, or a file; empty: three zones
  std::string state_directory;   // empty: the testbed's own default
  std::string name = "testbed";  // several can run side by side
  bool keep = false;             // up: what was started stays when a later step fails
  bool links = false;            // status: each link has a line
  OutputFormat output = OutputFormat::table;
  std::string zone;                  // shell, start
  std::string host;                  // start; empty: the zone itself
  std::vector<std::string> command;  // shell: run this instead of a shell
  std::string wan_config_path;       // wan, the hidden sub-command that runs the emulator
  bool verbose = false;
};

}  // namespace hanse::cli
