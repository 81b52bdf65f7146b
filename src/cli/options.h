// The parsed command line: one plain struct for each client command, and the options that all of them take.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/units.h"
#include "cli/daemon_options.h"
#include "cli/output_format.h"
#include "cli/send_options.h"

namespace hanse::cli {

struct GlobalOptions {
  std::string context;    // the option or $HANSE_CONTEXT; empty: the current one
  std::string tenant;     // empty: the context's, else "default"
  std::string workspace;  // as tenant
  std::string config;     // the option or $HANSE_CONFIG; empty: see contexts_path()
  std::string home;       // $HOME
  OutputFormat output = OutputFormat::table;
  std::string timeout = "30s";  // of one request
  bool verbose = false;
};

struct ApplyOptions {
  std::vector<std::string> files;  // a file, a folder, or "-"
};

struct GetOptions {
  std::string kind;
  std::string name;  // empty: all
  std::string selector;
  bool watch = false;
};

struct DescribeOptions {
  std::string kind;
  std::string name;
};

struct DeleteOptions {
  std::string kind;
  std::string name;
  std::vector<std::string> files;
  bool wait = false;
};

struct MigrateOptions {
  std::string instance;
  std::string target_zone;
  std::string target_host;  // of the same zone, in place of a zone
  std::string mode = "auto";
  bool keep_source = false;
  std::string copy_name;  // of what is made there; empty: as here
  std::string snapshot;   // whose disks the copy has; empty: those of now
  std::string sku;        // that it has there; empty: the one that it has
  std::string path = "automatic";
  SendOptions send;
  std::optional<std::int64_t> max_blackout_ms;
  std::string deadline;  // "10m"; empty: none
  bool dry_run = false;  // only what stands against it
  bool no_wait = false;
  // Of the transfer that is under way; with neither a target nor one of these, its limits are changed.
  bool cancel = false;
  bool pause = false;
  bool resume = false;
};

enum class SnapshotAction { create, list, restore, cancel_restore, remove };

struct SnapshotOptions {
  SnapshotAction action = SnapshotAction::list;
  std::string instance;
  std::string name;  // of the snapshot
  bool memory = false;
  bool no_wait = false;
};

// Of each move of what leaves a host.
struct MoveOptions {
  std::int32_t concurrent = 2;
  bool shut_down = false;
  SendOptions send;
};

struct DrainOptions {
  std::string host;
  std::vector<std::string> zones;  // to which, in this order; empty: within the zone
  MoveOptions moves;
  bool no_wait = false;
};

struct EvacuateOptions {
  std::string zone;
  std::vector<std::string> to;  // empty: all that the zone trusts
  MoveOptions moves;
  bool stop = false;  // what is left stays
  bool no_wait = false;
};

struct CordonOptions {
  std::string host;
  bool schedulable = false;
};

enum class PowerAction { start, stop, restart };

struct PowerOptions {
  PowerAction action = PowerAction::start;
  std::string instance;
};

struct ConsoleOptions {
  std::string instance;
};

struct LogsOptions {
  std::string instance;
  bool follow = false;
};

struct EventsOptions {
  std::string kind;  // empty: of everything
  std::string name;
  bool watch = false;
};

struct ImageImportOptions {
  std::string file;
  std::string name;
  std::string kernel;
  std::string initramfs;
  std::string command_line;
  std::string format = "auto";
  std::string architecture = "x86_64";
};

struct ImageAddBootOptions {
  std::string name;
  std::string architecture;
  std::string kernel;
  std::string initramfs;  // empty: the kernel needs none
  std::string command_line;
};

struct TokenCreateOptions {
  std::string subject;  // empty: the zone's choice
  std::string expires = "24h";
};

struct TokenInviteOptions {
  std::string subject;
  std::string expires = "1h";
};

struct LoginOptions {
  std::string code;               // empty: it is asked for
  std::string admin_token_file;   // in place of a code
  std::string subject = "admin";  // with admin_token_file
  std::string expires = "12h";
};

struct WhoamiOptions {};

struct HostInviteOptions {
  std::string host;
  std::string expires = "1h";
};

inline constexpr std::int64_t kMaxAuditLast = 1'000'000;

struct AuditListOptions {
  std::string subject;
  std::string resource;
  std::string since;
  std::int64_t last = 100;  // 0: all
  bool watch = false;
};

struct AuditVerifyOptions {
  std::string head;  // the file of a head that was kept; "-": standard input; empty: none
};

struct AuditHeadOptions {};

struct HostPackingOptions {
  std::int64_t budget = 0;  // 0: the zone's default
};

struct ExplainOptions {
  std::string workload;
};

struct InviteOptions {
  std::string expires = "1h";
};

struct JoinOptions {
  std::string invitation;  // "-": from standard input, which other users of the machine cannot see
};

struct PeerListOptions {};

struct PeerShowOptions {
  std::string zone;
};

struct PolicyOptions {
  std::string file;  // empty: print the policy; "-": standard input
};

struct LeaveOptions {
  std::string zone;
  bool force = false;
};

struct RotateOptions {
  bool finish = false;
  bool force = false;
};

struct ContextListOptions {};

struct ContextUseOptions {
  std::string name;
};

struct ContextAddOptions {
  std::string name;
  std::string endpoint;
  std::string ca_file;
  std::string token_file;
  std::string tenant;
  std::string workspace;
  bool use = false;
};

struct CompletionOptions {
  std::string shell;
};

struct VersionOptions {};

using Command =
    std::variant<ApplyOptions, GetOptions, DescribeOptions, DeleteOptions, MigrateOptions, DrainOptions,
                 EvacuateOptions, CordonOptions, PowerOptions, SnapshotOptions, ConsoleOptions, LogsOptions,
                 EventsOptions, ImageImportOptions, ImageAddBootOptions, TokenCreateOptions,
                 HostInviteOptions, HostPackingOptions, TokenInviteOptions, LoginOptions, WhoamiOptions,
                 AuditListOptions, AuditVerifyOptions, AuditHeadOptions, ExplainOptions, InviteOptions,
                 JoinOptions, PeerListOptions, PeerShowOptions, PolicyOptions, LeaveOptions, RotateOptions,
                 ContextListOptions, ContextUseOptions, ContextAddOptions, CompletionOptions, VersionOptions,
                 ZoneOptions, HostOptions, HostEnrolOptions, DevOptions, FleetOptions, TestbedOptions>;

}  // namespace hanse::cli
