// federation: the zones that this one works with.
#include <CLI/CLI.hpp>

#include "cli/command_groups.h"

namespace hanse::cli {
namespace {

void add_membership(CLI::App& federation, CommandDrafts& drafts) {
  CLI::App* invite = federation.add_subcommand("invite", "Make a one-time invitation for another zone");
  invite->add_option("--expires", drafts.invite.expires, "How long it is good: 15m, 24h, 7d")
      ->capture_default_str();
  invite->callback([&drafts] { drafts.command = drafts.invite; });
  CLI::App* join =
      federation.add_subcommand("join", "Use another zone's invitation: both pin each other's keys");
  join->add_option("invitation", drafts.join.invitation,
                   "What 'hanse federation invite' printed there; - reads it from standard input")
      ->required();
  join->callback([&drafts] { drafts.command = drafts.join; });
  CLI::App* leave = federation.add_subcommand("leave", "Leave a zone: it has no rights here from now on");
  leave->add_option("zone", drafts.leave.zone, "Name of the zone")->required();
  leave->add_flag("--force", drafts.leave.force, "Also when transfers or instances still tie the two");
  leave->callback([&drafts] { drafts.command = drafts.leave; });
  CLI::App* rotate = federation.add_subcommand(
      "rotate", "Announce this zone's next CA to its peers and hosts; later take it into use");
  CLI::Option* finish = rotate->add_flag("--finish", drafts.rotate.finish, "Take the announced CA into use");
  rotate
      ->add_flag("--force", drafts.rotate.force,
                 "Also when hosts or peers may not know it yet, and are locked out then")
      ->needs(finish);
  rotate->callback([&drafts] { drafts.command = drafts.rotate; });
}

void add_views(CLI::App& federation, CommandDrafts& drafts) {
  CLI::App* list = federation.add_subcommand("ls", "List the zones of the federation");
  list->callback([&drafts] { drafts.command = PeerListOptions{}; });
  CLI::App* show = federation.add_subcommand("show", "Show one zone: address, key, state and policy");
  show->add_option("zone", drafts.peer_show.zone, "Name of the zone")->required();
  show->callback([&drafts] { drafts.command = drafts.peer_show; });
  CLI::App* policy =
      federation.add_subcommand("policy", "Print what peers may place here, or replace it by a file");
  policy->add_option("file", drafts.policy.file, "The new policy, TOML; - reads standard input");
  policy->callback([&drafts] { drafts.command = drafts.policy; });
}

}  // namespace

void add_federation_commands(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* federation = app.add_subcommand("federation", "Invite, join and leave other zones");
  federation->require_subcommand(1);
  add_membership(*federation, drafts);
  add_views(*federation, drafts);
}

}  // namespace hanse::cli
