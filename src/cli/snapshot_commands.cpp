// snapshot create, list, restore, delete.
#include <CLI/CLI.hpp>

#include "cli/command_groups.h"

namespace hanse::cli {
namespace {

CLI::App* add_action(CLI::App& group, CommandDrafts& drafts, const char* command, const char* help,
                     SnapshotAction action) {
  CLI::App* made = group.add_subcommand(command, help);
  made->add_option("instance", drafts.snapshot.instance, "Name of the instance")->required();
  if (action != SnapshotAction::list)
    made->add_option("name", drafts.snapshot.name, "Name of the snapshot")->required();
  if (action != SnapshotAction::list)
    made->add_flag("--no-wait", drafts.snapshot.no_wait, "Ask for it and return");
  made->callback([&drafts, action] {
    // Its option may have said another.
    if (drafts.snapshot.action != SnapshotAction::cancel_restore) drafts.snapshot.action = action;
    drafts.command = drafts.snapshot;
  });
  return made;
}

}  // namespace

void add_snapshot_commands(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* group = app.add_subcommand(
      "snapshot", "Keep what an instance is at one moment, and bring it back; they move with it");
  group->require_subcommand(1);
  CLI::App* create =
      add_action(*group, drafts, "create", "Take a snapshot; the guest runs on", SnapshotAction::create);
  create->add_flag("--memory", drafts.snapshot.memory,
                   "With the state of the guest, which stands still while that is saved");
  add_action(*group, drafts, "list", "Show the snapshots of an instance", SnapshotAction::list);
  CLI::App* restore =
      add_action(*group, drafts, "restore", "Make the instance what it was; what it has done since is lost",
                 SnapshotAction::restore);
  restore->add_flag_callback(
      "--cancel", [&drafts] { drafts.snapshot.action = SnapshotAction::cancel_restore; },
      "Let the instance stay what it is, as long as nothing of it was overwritten");
  add_action(*group, drafts, "delete", "Delete a snapshot", SnapshotAction::remove);
}

}  // namespace hanse::cli
