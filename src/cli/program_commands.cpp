// zone, dev, simulate, testbed, completion, version.
#include <CLI/CLI.hpp>

#include "cli/command_groups.h"
#include "cli/run_client.h"

namespace hanse::cli {
namespace {

void add_daemons(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* zone = app.add_subcommand("zone", "Run a zone's control plane");
  zone->add_option("--config", drafts.zone.config_path, "Its configuration, TOML")->required();
  zone->callback([&drafts] {
    drafts.zone.verbose = drafts.global.verbose;
    drafts.command = drafts.zone;
  });
  CLI::App* dev = app.add_subcommand("dev", "Run a zone and a host in one process, for a first try");
  dev->add_option("--data", drafts.dev.data_directory,
                  "Folder that keeps its state; default: ~/.local/share/hanse/dev");
  dev->add_option("--listen", drafts.dev.listen, "Where the zone's API listens")->capture_default_str();
  dev->callback([&drafts] {
    drafts.dev.verbose = drafts.global.verbose;
    if (drafts.dev.data_directory.empty())
      drafts.dev.data_directory = drafts.global.home + "/.local/share/hanse/dev";
    drafts.command = drafts.dev;
  });
}

constexpr std::int64_t kMaxFleetHosts = 999'999;
constexpr std::int64_t kMaxBootMilliseconds = 3'600'000;
constexpr std::int64_t kMaxHostMib = 64LL << 20;

// A span of which the one end is below the other is no span.
void check_spans(const FleetOptions& options) {
  if (options.boot_milliseconds_low > options.boot_milliseconds_high)
    throw CLI::ValidationError("--boot-low", "must not be above --boot-high");
  if (options.dirty_kilobytes_low > options.dirty_kilobytes_high)
    throw CLI::ValidationError("--dirty-low", "must not be above --dirty-high");
}

void add_guests(CLI::App& fleet, FleetOptions& options) {
  const CLI::Range rates(std::int64_t{1}, std::int64_t{100'000'000});
  const CLI::Range boots(std::int64_t{0}, kMaxBootMilliseconds);
  fleet.add_option("--boot-low", options.boot_milliseconds_low, "Shortest boot of a guest, ms")
      ->check(boots)
      ->capture_default_str();
  fleet.add_option("--boot-high", options.boot_milliseconds_high, "Longest boot of a guest, ms")
      ->check(boots)
      ->capture_default_str();
  fleet.add_option("--boot-failures", options.boot_failures_per_million, "Of a million boots, how many fail")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  fleet.add_option("--load", options.mean_load_percent, "Mean load of a guest's virtual CPUs, per cent")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  fleet.add_option("--dirty-low", options.dirty_kilobytes_low, "Memory that a calm guest dirties, kB/s")
      ->check(rates)
      ->capture_default_str();
  fleet.add_option("--dirty-high", options.dirty_kilobytes_high, "Memory that a busy guest dirties, kB/s")
      ->check(rates)
      ->capture_default_str();
  fleet.add_option("--life", options.mean_life_seconds, "Mean time until a guest crashes, s; 0: none does")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

void add_simulate(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* simulate = app.add_subcommand("simulate", "Simulate what a zone has to do with");
  simulate->require_subcommand(1);
  CLI::App* fleet = simulate->add_subcommand("fleet", "Stand for many hosts of a zone, to plan its capacity");
  FleetOptions& options = drafts.fleet;
  const CLI::Range numbers(std::int64_t{1}, kMaxFleetHosts);
  fleet->add_option("--hosts", options.hosts, "How many")->check(numbers)->capture_default_str();
  fleet->add_option("--first", options.first, "Number of the first, when several fleets share a zone")
      ->check(numbers)
      ->capture_default_str();
  fleet->add_option("--address", options.addresses,
                    "Where the zone listens, host:port; several: hosts take turns, beyond 28,000 hosts");
  fleet->add_option("--connects", options.connects_per_second, "Connections that are opened in a second")
      ->check(numbers)
      ->capture_default_str();
  fleet->add_option("--vcpus", options.vcpus, "Of each host")->check(numbers)->capture_default_str();
  fleet->add_option("--memory-mib", options.memory_mib, "Of each host")
      ->check(CLI::Range(std::int64_t{1}, kMaxHostMib))
      ->capture_default_str();
  add_guests(*fleet, options);
  fleet->add_option("--seed", options.seed, "The same seed gives the same guests")->capture_default_str();
  fleet->callback([&drafts] {
    check_spans(drafts.fleet);
    drafts.fleet.contexts_path = contexts_path(drafts.global);
    drafts.fleet.context = drafts.global.context;
    drafts.fleet.verbose = drafts.global.verbose;
    drafts.command = drafts.fleet;
  });
}

CLI::App* add_testbed_action(CLI::App& testbed, CommandDrafts& drafts, const char* name, const char* help,
                             TestbedAction action) {
  CLI::App* command = testbed.add_subcommand(name, help);
  command->callback([&drafts, action] {
    drafts.testbed.action = action;
    drafts.testbed.output = drafts.global.output;
    drafts.testbed.verbose = drafts.global.verbose;
    drafts.command = drafts.testbed;
  });
  return command;
}

void add_testbed(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* testbed = app.add_subcommand("testbed", "Run a whole federation on this machine");
  testbed->require_subcommand(1);
  testbed->fallthrough();
  TestbedOptions& options = drafts.testbed;
  testbed->add_option("--state", options.state_directory, "Folder that keeps the testbed's state");
  testbed->add_option("--name", options.name, "Which testbed, when several run")->capture_default_str();
  CLI::App* up = add_testbed_action(*testbed, drafts, "up", "Start zones, hosts and the WAN between them",
                                    TestbedAction::up);
  up->add_option("--topology", options.topology,
                 "Its zones and links: virt8ra, three (the default), or a YAML file");
  up->add_flag("--keep", options.keep, "Leave what has started when a later step fails");
  CLI::App* status = add_testbed_action(*testbed, drafts, "status", "Show what runs", TestbedAction::status);
  status->add_flag("--links", options.links, "Show each link; -o wide does so, too, and shows pids");
  CLI::App* start = add_testbed_action(*testbed, drafts, "start",
                                       "Start a zone or a host again that has ended", TestbedAction::start);
  start->add_option("zone", options.zone, "Name of the zone")->required();
  start->add_option("host", options.host, "Name of one of its hosts; the zone itself when not given");
  CLI::App* shell = add_testbed_action(*testbed, drafts, "shell", "Open a shell inside a zone's network",
                                       TestbedAction::shell);
  shell->add_option("zone", options.zone, "Name of the zone")->required();
  shell->add_option("command", options.command, "Run this instead of a shell; write -- before it");
  add_testbed_action(*testbed, drafts, "down", "Stop and remove everything", TestbedAction::down);
  CLI::App* wan = add_testbed_action(*testbed, drafts, "wan", "Run the WAN emulator", TestbedAction::wan);
  wan->add_option("--config", options.wan_config_path, "Its links")->required();
  wan->group("");  // hidden: `testbed up` starts it
}

void add_about(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* completion = app.add_subcommand("completion", "Print a shell's completion script");
  completion->add_option("shell", drafts.completion.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([&drafts] { drafts.command = drafts.completion; });
  CLI::App* version = app.add_subcommand("version", "Print the version");
  version->callback([&drafts] { drafts.command = VersionOptions{}; });
}

}  // namespace

void add_program_commands(CLI::App& app, CommandDrafts& drafts) {
  add_daemons(app, drafts);
  add_host_commands(app, drafts);
  add_simulate(app, drafts);
  add_testbed(app, drafts);
  add_about(app, drafts);
}

}  // namespace hanse::cli
