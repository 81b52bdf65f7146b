// migrate, start, stop, restart, console, logs.
#include <CLI/CLI.hpp>

#include "cli/command_groups.h"

namespace hanse::cli {
namespace {

void add_migrate(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* migrate =
      app.add_subcommand("migrate", "Move a running instance to another zone, or to another host of its own");
  migrate->add_option("instance", drafts.migrate.instance, "Name of the instance")->required();
  migrate->add_option("--to", drafts.migrate.target_zone, "The zone that it moves to");
  migrate->add_option("--host", drafts.migrate.target_host, "The host of its own zone that it moves to");
  migrate->add_option("--path", drafts.migrate.path, "How the streams run between the hosts")
      ->check(CLI::IsMember({"automatic", "direct", "relayed"}))
      ->capture_default_str();
  migrate->add_flag("--no-wait", drafts.migrate.no_wait, "Start the transfer and return");
  migrate->add_flag("--cancel", drafts.migrate.cancel, "Cancel the transfer that is under way");
  migrate->callback([&drafts] {
    const MigrateOptions& given = drafts.migrate;
    const int ways =
        (given.cancel ? 1 : 0) + (given.target_zone.empty() ? 0 : 1) + (given.target_host.empty() ? 0 : 1);
    if (ways != 1) {
      throw CLI::ValidationError("migrate", "give one of --to ZONE, --host HOST and --cancel");
    }
    drafts.command = drafts.migrate;
  });
}

void add_power(CLI::App& app, CommandDrafts& drafts, const char* name, const char* help, PowerAction action) {
  CLI::App* power = app.add_subcommand(name, help);
  power->add_option("instance", drafts.power.instance, "Name of the instance")->required();
  power->callback([&drafts, action] {
    drafts.power.action = action;
    drafts.command = drafts.power;
  });
}

void add_console(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* console = app.add_subcommand("console", "Talk to an instance's serial console; ctrl-] leaves");
  console->add_option("instance", drafts.console.instance, "Name of the instance")->required();
  console->callback([&drafts] { drafts.command = drafts.console; });

  CLI::App* logs = app.add_subcommand("logs", "Show what an instance wrote to its serial console");
  logs->add_option("instance", drafts.logs.instance, "Name of the instance")->required();
  logs->add_flag("-f,--follow", drafts.logs.follow, "Go on and show what it writes");
  logs->callback([&drafts] { drafts.command = drafts.logs; });
}

}  // namespace

void add_instance_commands(CLI::App& app, CommandDrafts& drafts) {
  add_migrate(app, drafts);
  add_power(app, drafts, "start", "Start an instance", PowerAction::start);
  add_power(app, drafts, "stop", "Stop an instance", PowerAction::stop);
  add_power(app, drafts, "restart", "Stop an instance and start it again", PowerAction::restart);
  add_console(app, drafts);
}

}  // namespace hanse::cli
