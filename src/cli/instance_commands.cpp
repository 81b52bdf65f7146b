// migrate, start, stop, restart, console, logs.
#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "cli/command_groups.h"

namespace hanse::cli {
namespace {

void add_blackout(CLI::App& migrate, MigrateOptions& options) {
  migrate
      .add_option("--max-blackout", options.max_blackout_ms,
                  "The longest stop of the guest that is planned for: 100ms, 2s; 100ms if left out")
      ->transform(CLI::AsNumberWithUnit(std::map<std::string, std::int64_t>{{"ms", 1}, {"s", 1'000}},
                                        CLI::AsNumberWithUnit::UNIT_REQUIRED, "TIME"));
}

// What a move is begun with; of one under way it means nothing.
constexpr const char* kOfNewMoves[] = {"--mode",      "--path",        "--streams", "--compress",
                                       "--post-copy", "--keep-source", "--as",      "--snapshot",
                                       "--sku",       "--deadline",    "--dry-run", "--no-wait"};

// Without a target they change the move that is under way.
void check_ways(const CLI::App& migrate, const MigrateOptions& given) {
  const bool moves = !given.target_zone.empty() || !given.target_host.empty();
  const bool limits = given.send.max_rate || given.max_blackout_ms;
  for (const char* const option : kOfNewMoves) {
    if (!moves && migrate.count(option) > 0)
      throw CLI::ValidationError(option,
                                 "is for a move that begins; say where to by --to ZONE or --host HOST");
  }
  const int ways = (given.cancel ? 1 : 0) + (given.pause ? 1 : 0) + (given.resume ? 1 : 0) +
                   (given.target_zone.empty() ? 0 : 1) + (given.target_host.empty() ? 0 : 1);
  if (ways > 1 || (ways == 0 && !limits) || (given.cancel && limits)) {
    throw CLI::ValidationError(
        "migrate",
        "give one of --to ZONE and --host HOST, or of a move under way one of --cancel, "
        "--pause, --resume, --bandwidth and --max-blackout");
  }
}

// Whether an option can mean anything beside the others; the zone checks the same in model::check().
void check_memory_options(const MigrateOptions& given) {
  check_send_options(given.send);
  const bool boots = given.keep_source || !given.sku.empty();
  if (!boots && (given.mode == "auto" || given.mode == "live")) return;
  const std::string reason = given.keep_source    ? "with --keep-source only the disks are sent"
                             : !given.sku.empty() ? "with --sku the guest boots at the target"
                                                  : "with --mode " + given.mode + " no memory is sent";
  const auto refuse = [&reason](const char* option) {
    throw CLI::ValidationError(option, "is for a live move, and " + reason + "; leave it out");
  };
  if (given.send.streams != 1) refuse("--streams");
  if (given.send.compress) refuse("--compress");
  if (given.send.post_copy) refuse("--post-copy");
  if (given.max_blackout_ms) refuse("--max-blackout");
}

void check_migrate(const CLI::App& migrate, const MigrateOptions& given) {
  check_ways(migrate, given);
  check_memory_options(given);
  if (given.keep_source && given.target_zone.empty())
    throw CLI::ValidationError("--keep-source", "goes with --to");
  if (!given.copy_name.empty() && !given.keep_source)
    throw CLI::ValidationError("--as", "goes with --keep-source");
  if (!given.sku.empty() && given.target_zone.empty()) throw CLI::ValidationError("--sku", "goes with --to");
  if (!given.sku.empty() && given.mode == "live")
    throw CLI::ValidationError("--sku", "with another SKU it boots there; take mode warm or cold, or auto");
  if (!given.snapshot.empty() && !given.keep_source)
    throw CLI::ValidationError("--snapshot", "goes with --keep-source");
  if (given.keep_source && given.mode != "auto")
    throw CLI::ValidationError("--mode",
                               "of a copy only the disks are sent; leave it out with --keep-source");
}

void add_migrate(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* migrate = app.add_subcommand("migrate",
                                         "Move an instance to another zone, or to another host of its own; "
                                         "or change, pause or cancel a move that is under way");
  migrate->add_option("instance", drafts.migrate.instance, "Name of the instance")->required();
  migrate->add_option("--to", drafts.migrate.target_zone, "The zone that it moves to");
  migrate->add_option("--host", drafts.migrate.target_host, "The host of its own zone that it moves to");
  migrate->add_option("--path", drafts.migrate.path, "How the streams run between the hosts")
      ->check(CLI::IsMember({"automatic", "direct", "relayed"}))
      ->capture_default_str();
  migrate
      ->add_option("--mode", drafts.migrate.mode,
                   "live: the guest runs on; warm: it is shut down for the switch and boots there; "
                   "cold: it is stopped and stays so; auto: the best that is possible now")
      ->check(CLI::IsMember({"auto", "live", "warm", "cold"}))
      ->capture_default_str();
  migrate->add_flag(
      "--keep-source", drafts.migrate.keep_source,
      "Make a copy there: the instance stays as it is, and one with its disks boots in the zone");
  migrate->add_option("--as", drafts.migrate.copy_name, "Name of the copy, if not that of the instance");
  migrate->add_option("--snapshot", drafts.migrate.snapshot,
                      "The disks of the copy are what they were in this snapshot");
  migrate->add_option("--sku", drafts.migrate.sku,
                      "The instance SKU that it boots with there, of another size or architecture");
  migrate->add_flag("--no-wait", drafts.migrate.no_wait, "Start the transfer and return");
  migrate->add_flag(
      "--dry-run", drafts.migrate.dry_run,
      "Only say what stands against it, here and at the target, and what it would take; nothing moves");
  add_blackout(*migrate, drafts.migrate);
  add_send_options(*migrate, drafts.migrate.send, "disk and memory");
  migrate->add_option("--deadline", drafts.migrate.deadline,
                      "It rolls back if the guest has not switched by then: 90s, 10m, 2h");
  migrate->add_flag("--cancel", drafts.migrate.cancel, "Cancel the transfer that is under way");
  migrate->add_flag("--pause", drafts.migrate.pause, "Let it wait; the guest runs on where it is");
  migrate->add_flag("--resume", drafts.migrate.resume, "Let it go on");
  migrate->callback([&drafts, migrate] {
    check_migrate(*migrate, drafts.migrate);
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
