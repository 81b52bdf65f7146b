// drain, evacuate, cordon, uncordon.
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

template <class Options>
void add_moves(CLI::App& command, Options& options, const char* help) {
  command.add_option("--concurrent", options.moves.concurrent, help)
      ->check(CLI::Range(1, model::kMaxConcurrentMoves))
      ->capture_default_str();
  command.add_flag("--shut-down", options.moves.shut_down,
                   "Guests that cannot move live are shut down and move warm");
  add_send_options(command, options.moves.send, "each move");
  command.add_flag("--no-wait", options.no_wait, "Order it and return");
}

void add_evacuate(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* evacuate = app.add_subcommand(
      "evacuate", "Empty a zone: its hosts take nothing new, and all instances move to other zones");
  evacuate->add_option("zone", drafts.evacuate.zone, "Name of the zone that the context speaks to")
      ->required();
  evacuate
      ->add_option("--to", drafts.evacuate.to,
                   "Zones to move to, the one that is liked best first; left out: all that it trusts")
      ->delimiter(',');
  add_moves(*evacuate, drafts.evacuate, "So many move at once, of the whole zone");
  evacuate->add_flag("--stop", drafts.evacuate.stop,
                     "End it: moves under way go on, what is left stays; hosts stay closed");
  evacuate->callback([&drafts] {
    check_send_options(drafts.evacuate.moves.send);
    drafts.command = drafts.evacuate;
  });
}

}  // namespace

void add_drain_commands(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* drain = app.add_subcommand("drain",
                                       "Empty a host: it takes nothing new, and its instances move live to "
                                       "others of its zone, or to other zones");
  drain->add_option("host", drafts.drain.host, "Name of the host")->required();
  drain
      ->add_option("--to", drafts.drain.zones,
                   "Zones to move to, the one that is liked best first; left out: hosts of its zone")
      ->delimiter(',');
  add_moves(*drain, drafts.drain, "So many move at once");
  drain->callback([&drafts] {
    check_send_options(drafts.drain.moves.send);
    drafts.command = drafts.drain;
  });
  add_evacuate(app, drafts);
  add_cordon(app, drafts, "cordon", "A host takes nothing new; what it has stays", false);
  add_cordon(app, drafts, "uncordon", "A host takes new instances again; ends draining it", true);
}

}  // namespace hanse::cli
