// The program's front: parses the command line and runs what it asks for. main() calls this and nothing else.
//
// Failure: printed to standard error; the exit code is that of the error's class (base/error.h).
#pragma once

#include <functional>
#include <string>

#include "cli/daemon_options.h"

namespace hanse::cli {

// What lives above the command line, as functions that return the exit code.
struct CliPrograms {
  std::string version;
  std::function<int(const ZoneOptions&)> zone;
  std::function<int(const HostOptions&)> host;
  std::function<int(const HostEnrolOptions&)> enrol_host;
  std::function<int(const DevOptions&)> dev;
  std::function<int(const FleetOptions&)> fleet;
  std::function<int(const TestbedOptions&)> testbed;
};

int run_cli(int argc, char** argv, CliPrograms programs);

}  // namespace hanse::cli
