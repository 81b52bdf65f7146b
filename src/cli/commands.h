// The client commands: each takes a session and its options and completes when the command is done. What they
// print goes to the session's terminal; an error is returned, and printed by the caller.
#pragma once

#include "cli/options.h"
#include "cli/session.h"
#include "runtime/hashing.h"
#include "runtime/signatures.h"

namespace hanse::cli {

// With what an audit log is verified.
struct AuditTools {
  Hashing& hashing;
  Signatures& signatures;
};

Task<Status> run_audit_list(Session session, AuditListOptions options);
Task<Status> run_audit_verify(Session session, AuditTools tools, AuditVerifyOptions options);
Task<Status> run_audit_head(Session session);

Task<Status> run_apply(Session session, ApplyOptions options);
Task<Status> run_get(Session session, GetOptions options);
Task<Status> run_describe(Session session, DescribeOptions options);
Task<Status> run_delete(Session session, DeleteOptions options);
Task<Status> run_migrate(Session session, MigrateOptions options);
Task<Status> run_drain(Session session, DrainOptions options);
Task<Status> run_evacuate(Session session, EvacuateOptions options);
Task<Status> run_cordon(Session session, CordonOptions options);
Task<Status> run_snapshot(Session session, SnapshotOptions options);
Task<Status> run_power(Session session, PowerOptions options);
Task<Status> run_console(Session session, ConsoleOptions options);
Task<Status> run_logs(Session session, LogsOptions options);
Task<Status> run_events(Session session, EventsOptions options);
Task<Status> run_image_import(Session session, ImageImportOptions options);
Task<Status> run_image_add_boot(Session session, ImageAddBootOptions options);
Task<Status> run_token_create(Session session, TokenCreateOptions options);
Task<Status> run_host_invite(Session session, HostInviteOptions options);
Task<Status> run_host_packing(Session session, HostPackingOptions options);
Task<Status> run_token_invite(Session session, TokenInviteOptions options);
Task<Status> run_whoami(Session session);

Task<Status> run_explain(Session session, ExplainOptions options);
Task<Status> run_invite(Session session, InviteOptions options);
Task<Status> run_join(Session session, JoinOptions options);
Task<Status> run_peer_list(Session session);
Task<Status> run_peer_show(Session session, PeerShowOptions options);
Task<Status> run_policy(Session session, PolicyOptions options);
Task<Status> run_leave(Session session, LeaveOptions options);
Task<Status> run_rotate(Session session, RotateOptions options);

}  // namespace hanse::cli
