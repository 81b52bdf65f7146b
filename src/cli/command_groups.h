// How the command line is put together: each group adds its commands to CLI11's application. An option writes
// into the drafts; the command that was chosen copies its draft into `command`.
#pragma once

#include <optional>

#include "cli/options.h"

namespace CLI {
class App;
}  // namespace CLI

namespace hanse::cli {

// Outlives the application that writes into it.
struct CommandDrafts {
  GlobalOptions global;
  ApplyOptions apply;
  GetOptions get;
  DescribeOptions describe;
  DeleteOptions remove;
  MigrateOptions migrate;
  DrainOptions drain;
  EvacuateOptions evacuate;
  CordonOptions cordon;
  PowerOptions power;
  SnapshotOptions snapshot;
  ConsoleOptions console;
  LogsOptions logs;
  EventsOptions events;
  ImageImportOptions image_import;
  ImageAddBootOptions image_add_boot;
  TokenCreateOptions token_create;
  HostInviteOptions host_invite;
  AuditListOptions audit_list;
  AuditVerifyOptions audit_verify;
  HostPackingOptions host_packing;
  ExplainOptions explain;
  TokenInviteOptions token_invite;
  LoginOptions login;
  InviteOptions invite;
  JoinOptions join;
  PeerShowOptions peer_show;
  PolicyOptions policy;
  LeaveOptions leave;
  RotateOptions rotate;
  ContextUseOptions context_use;
  ContextAddOptions context_add;
  CompletionOptions completion;
  ZoneOptions zone;
  HostOptions host;
  HostEnrolOptions host_enrol;
  DevOptions dev;
  FleetOptions fleet;
  TestbedOptions testbed;
  std::optional<Command> command;
};

// Options that several commands have. `options` outlives the command; `whose` is what the limit of the link
// is of: "disk and memory".
void add_send_options(CLI::App& command, SendOptions& options, const char* whose);
// Throws CLI::ValidationError; the zone checks the same in model::check().
void check_send_options(const SendOptions& given);

void add_resource_commands(CLI::App& app, CommandDrafts& drafts);
void add_instance_commands(CLI::App& app, CommandDrafts& drafts);
void add_snapshot_commands(CLI::App& app, CommandDrafts& drafts);
void add_drain_commands(CLI::App& app, CommandDrafts& drafts);
void add_federation_commands(CLI::App& app, CommandDrafts& drafts);
void add_audit_commands(CLI::App& app, CommandDrafts& drafts);
void add_zone_commands(CLI::App& app, CommandDrafts& drafts);
void add_host_commands(CLI::App& app, CommandDrafts& drafts);
void add_program_commands(CLI::App& app, CommandDrafts& drafts);

}  // namespace hanse::cli
