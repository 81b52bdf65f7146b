// host, host invite, host enrol, host packing.
#include <CLI/CLI.hpp>

#include "cli/command_groups.h"
#include "model/packing_report.h"

namespace hanse::cli {
namespace {

constexpr const char* kHostFolder =
    "Folder of the host's key, images and machines; default: /var/lib/hanse/host for root, else "
    "~/.local/share/hanse/host";

void add_host_invite(CLI::App& host, CommandDrafts& drafts) {
  CLI::App* invite = host.add_subcommand("invite", "In the zone: make the one-time token for a new host");
  invite->add_option("name", drafts.host_invite.host, "Name of the new host")->required();
  invite->add_option("--expires", drafts.host_invite.expires, "How long it is good: 15m, 24h, 7d")
      ->capture_default_str();
  // Else it would be the agent's.
  invite->add_option("--config", drafts.global.config, "The file of contexts");
  invite->callback([&drafts] { drafts.command = drafts.host_invite; });
}

void add_host_enrol(CLI::App& host, CommandDrafts& drafts) {
  CLI::App* enrol =
      host.add_subcommand("enrol", "On a new machine: make it a host of the zone that invites it");
  HostEnrolOptions& options = drafts.host_enrol;
  CLI::Option* token = enrol->add_option(
      "token", options.token,
      "What 'hanse host invite' printed; - reads it from standard input, so that others cannot see it");
  enrol->add_option("--token-file", options.token_file, "File with the token")->excludes(token);
  enrol->add_option("--data-dir", options.data_directory, kHostFolder);
  enrol->callback([&drafts] {
    if (drafts.host_enrol.token.empty() && drafts.host_enrol.token_file.empty())
      throw CLI::RequiredError("a token, - for standard input, or --token-file");
    drafts.host_enrol.home = drafts.global.home;
    drafts.host_enrol.verbose = drafts.global.verbose;
    drafts.command = drafts.host_enrol;
  });
}

void add_host_packing(CLI::App& host, CommandDrafts& drafts) {
  CLI::App* packing = host.add_subcommand(
      "packing",
      "In the zone: how many hosts are open, how many any packing needs, moves that would empty some");
  packing->add_option("--budget", drafts.host_packing.budget, "The most moves; default 1 % of the instances")
      ->check(CLI::Range(std::int64_t{1}, model::kMaxPackingMoves));
  packing->add_option("--config", drafts.global.config, "The file of contexts");
  packing->callback([&drafts] { drafts.command = drafts.host_packing; });
}

}  // namespace

void add_host_commands(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* host = app.add_subcommand("host",
                                      "Run the agent of this host, which has enrolled before; or invite and "
                                      "enrol one, or see how they are packed");
  host->add_option("--config", drafts.host.config_path, "Its configuration, TOML; it may do without");
  host->add_option("--data-dir", drafts.host.data_directory, kHostFolder);
  add_host_invite(*host, drafts);
  add_host_enrol(*host, drafts);
  add_host_packing(*host, drafts);
  host->callback([&drafts, host] {
    if (!host->get_subcommands().empty()) return;
    drafts.host.home = drafts.global.home;
    drafts.host.verbose = drafts.global.verbose;
    drafts.command = drafts.host;
  });
}

}  // namespace hanse::cli
