// apply, get, describe, delete, events.
#include <CLI/CLI.hpp>

#include "cli/command_groups.h"

namespace hanse::cli {
namespace {

constexpr const char* kKindHelp = "Kind of resource: instances, workloads, images, … or a short name of it";

void add_apply(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* apply = app.add_subcommand("apply", "Create or change what manifests declare");
  apply->add_option("-f,--file", drafts.apply.files, "A manifest, a folder of them, or - for standard input")
      ->required();
  apply->callback([&drafts] { drafts.command = drafts.apply; });
}

void add_get(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* get = app.add_subcommand("get", "List resources, or show one");
  get->add_option("kind", drafts.get.kind, kKindHelp)->required();
  get->add_option("name", drafts.get.name, "Only this one");
  get->add_option("-l,--selector", drafts.get.selector, "Only those with these labels: a=b,c!=d,e");
  get->add_flag("-w,--watch", drafts.get.watch, "Go on and show each change");
  get->callback([&drafts] { drafts.command = drafts.get; });
}

void add_describe(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* describe = app.add_subcommand("describe", "Show one resource with its conditions and events");
  describe->add_option("kind", drafts.describe.kind, kKindHelp)->required();
  describe->add_option("name", drafts.describe.name, "Its name")->required();
  describe->callback([&drafts] { drafts.command = drafts.describe; });
}

void add_delete(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* remove = app.add_subcommand("delete", "Delete a resource, or all that manifests declare");
  remove->add_option("kind", drafts.remove.kind, kKindHelp);
  remove->add_option("name", drafts.remove.name, "Its name");
  remove->add_option("-f,--file", drafts.remove.files,
                     "A manifest, a folder of them, or - for standard input");
  remove->add_flag("--wait", drafts.remove.wait, "Wait until it is gone");
  remove->callback([&drafts] {
    const bool by_name = !drafts.remove.kind.empty() && !drafts.remove.name.empty();
    const bool by_file = !drafts.remove.files.empty();
    if (by_name == by_file || (by_file && !drafts.remove.kind.empty())) {
      throw CLI::ValidationError("delete", "give either KIND NAME or -f FILE");
    }
    drafts.command = drafts.remove;
  });
}

void add_explain(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* explain = app.add_subcommand("explain", "Show why a workload's replicas are where they are");
  explain->add_option("workload", drafts.explain.workload, "Name of the workload")->required();
  explain->callback([&drafts] { drafts.command = drafts.explain; });
}

void add_events(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* events = app.add_subcommand("events", "Show what happened, newest last");
  events->add_option("kind", drafts.events.kind, "Only of this kind of resource");
  events->add_option("name", drafts.events.name, "Only of this resource");
  events->add_flag("-w,--watch", drafts.events.watch, "Go on and show each new event");
  events->callback([&drafts] { drafts.command = drafts.events; });
}

}  // namespace

void add_resource_commands(CLI::App& app, CommandDrafts& drafts) {
  add_apply(app, drafts);
  add_get(app, drafts);
  add_describe(app, drafts);
  add_delete(app, drafts);
  add_explain(app, drafts);
  add_events(app, drafts);
}

}  // namespace hanse::cli
