// audit: who wrote what in a zone.
#include <CLI/CLI.hpp>

#include "cli/command_groups.h"

namespace hanse::cli {

void add_audit_commands(CLI::App& app, CommandDrafts& drafts) {
  CLI::App* audit = app.add_subcommand("audit", "See who wrote what in the zone, and check that record");
  audit->require_subcommand(1);
  AuditListOptions& options = drafts.audit_list;
  CLI::App* list = audit->add_subcommand("ls", "List the last records of the audit log");
  list->add_option("--subject", options.subject, "Only of this caller: subject of a token, host or zone");
  list->add_option("--resource", options.resource,
                   "Only of this resource, or below it: instances/default/default/web, hosts");
  list->add_option("--since", options.since, "Only since then: 90m, 24h, 7d, or a time in RFC 3339");
  list->add_option("--last", options.last, "How many of the newest; 0: all")
      ->check(CLI::Range(0, static_cast<int>(kMaxAuditLast)))
      ->capture_default_str();
  list->add_flag("-w,--watch", options.watch, "Go on and show what comes");
  list->callback([&drafts] { drafts.command = drafts.audit_list; });
  CLI::App* verify =
      audit->add_subcommand("verify", "Check the chain of the whole log; exit code 13: a fault");
  verify->add_option("--head", drafts.audit_verify.head,
                     "A head that 'hanse audit head -o json' gave earlier, a file or -");
  verify->callback([&drafts] { drafts.command = drafts.audit_verify; });
  CLI::App* head =
      audit->add_subcommand("head", "Show the end of the log, signed by the zone, to be kept elsewhere");
  head->callback([&drafts] { drafts.command = AuditHeadOptions{}; });
}

}  // namespace hanse::cli
