// What the command line hands to the programs that are not clients: the zone, the host, the first try, and
// the testbed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/output_format.h"

namespace hanse::cli {

struct ZoneOptions {
  std::string config_path;
  bool verbose = false;
};

struct HostOptions {
  std::string config_path;     // empty: there is none
  std::string data_directory;  // empty: the configuration's; default: default_host_folder()
  std::string home;
  bool verbose = false;
};

struct HostEnrolOptions {
  std::string token;       // "-": from standard input, which other users of the machine cannot see
  std::string token_file;  // in place of a token
  std::string data_directory;
  std::string home;
  bool verbose = false;
};

struct DevOptions {
  std::string data_directory;             // default: ~/.local/share/hanse/dev
  std::string listen = "127.0.0.1:8443";  // of the zone's API
  bool verbose = false;
};

// A fleet of simulated hosts in one process.
struct FleetOptions {
  std::string contexts_path;
  std::string context;  // of the zone; empty: the current one
  std::int64_t hosts = 1000;
  std::int64_t first = 1;              // number of the first, where several processes share a zone
  std::vector<std::string> addresses;  // where the zone listens; empty: as the context says
  std::int64_t connects_per_second = 200;
  std::int64_t vcpus = 64;  // of each host
  std::int64_t memory_mib = 262'144;
  std::int64_t boot_milliseconds_low = 500;
  std::int64_t boot_milliseconds_high = 2000;
  std::uint32_t boot_failures_per_million = 0;
  std::int64_t mean_load_percent = 25;    // of a guest's virtual CPUs
  std::int64_t dirty_kilobytes_low = 10;  // a second
  std::int64_t dirty_kilobytes_high = 50'000;
  std::int64_t mean_life_seconds = 0;  // until a guest crashes; 0: none does
  std::uint64_t seed = 1;
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
