// drain, cordon, uncordon.
#include <CLI/CLI.hpp>

#include "cli/command_groups.h"
#include "model/zone_resources.h"

namespace hanse::cli {
namespace {

void add_cordon(CLI::App& app, CommandDrafts& drafts, const char* name, const char* help, bool schedulable) {
  CLI::App* cordon = app.add_subcommand(name, help);
  cordon->add_option("host", drafts.cordon.host, "Name of the host")->required();
  cordon->callback([&drafts, schedulable] {
    drafts.cordon.schedulable = schedulable;
    drafts.command = drafts.cordon;
  });
}

}  // namespace

void add_drain_commands(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* drain = app.add_subcommand(
      "drain", "Empty a host: it takes nothing new, and its instances move live to others of its zone");
  drain->add_option("host", drafts.drain.host, "Name of the host")->required();
  drain->add_option("--concurrent", drafts.drain.concurrent_moves, "So many move at once")
      ->check(CLI::Range(1, model::kMaxConcurrentMoves))
      ->capture_default_str();
  drain->add_flag("--no-wait", drafts.drain.no_wait, "Order it and return");
  drain->callback([&drafts] { drafts.command = drafts.drain; });
  add_cordon(app, drafts, "cordon", "A host takes nothing new; what it has stays", false);
  add_cordon(app, drafts, "uncordon", "A host takes new instances again; ends draining it", true);
}

}  // namespace hanse::cli
