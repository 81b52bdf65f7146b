#include "cli/run_client.h"

#include <memory>
#include <utility>

#include "cli/commands.h"
#include "cli/context_commands.h"
#include "cli/http_api_client.h"
#include "cli/login.h"
#include "cli/text.h"
#include "model/metadata.h"

namespace hanse::cli {
namespace {

Task<Result<std::string>> read_context_file(Runtime& runtime, Context context, std::string path,
                                            std::string what) {
  Result<std::string> text = co_await runtime.files.read(path, kSmallFileLimit);
  if (!text) {
    co_return fail(text.error().code, "the {} of context '{}': {}; mend the context with 'hanse context add'",
                   what, context.name, text.error().message);
  }
  while (!text->empty() && (text->back() == '\n' || text->back() == ' ' || text->back() == '\r'))
    text->pop_back();
  if (text->empty()) {
    co_return fail(Code::unauthenticated, "the {} of context '{}' is empty: {}", what, context.name, path);
  }
  co_return text;
}

// Without the token.
Task<Result<http::ClientOptions>> client_options(Runtime& runtime, std::string path, Context context,
                                                 Seconds timeout) {
  http::ClientOptions options;
  HANSE_CO_TRY(options.endpoint, context_endpoint(context));
  TlsOptions tls;
  HANSE_CO_TRY(
      tls.trusted_ca_pem,
      co_await read_context_file(runtime, context, resolve_path(path, context.ca_file), "CA certificate"));
  options.tls = std::move(tls);
  options.response_timeout = timeout;
  options.connect_timeout = std::min<Nanos>(options.connect_timeout, timeout);
  co_return options;
}

std::unique_ptr<ApiClient> client_with(Runtime& runtime, http::ClientOptions options,
                                       const std::string& token) {
  options.bearer_token = token;
  return make_http_api_client(runtime, std::move(options));
}

Error with_next_step(Error error, const Context& context) {
  if (error.code == Code::unavailable) {
    error.message +=
        fmt::format("; is the zone of context '{}' at {} running?", context.name, context.endpoint);
  } else if (error.code == Code::unauthenticated) {
    error.message += fmt::format("; see token and CA certificate of context '{}'", context.name);
  }
  return error;
}

Task<Status> run_command(Session session, AuditTools tools, Command command) {
  if (auto* records = std::get_if<AuditListOptions>(&command))
    co_return co_await run_audit_list(session, *records);
  if (auto* verify = std::get_if<AuditVerifyOptions>(&command))
    co_return co_await run_audit_verify(session, tools, *verify);
  if (std::holds_alternative<AuditHeadOptions>(command)) co_return co_await run_audit_head(session);
  if (auto* apply = std::get_if<ApplyOptions>(&command)) co_return co_await run_apply(session, *apply);
  if (auto* get = std::get_if<GetOptions>(&command)) co_return co_await run_get(session, *get);
  if (auto* describe = std::get_if<DescribeOptions>(&command))
    co_return co_await run_describe(session, *describe);
  if (auto* remove = std::get_if<DeleteOptions>(&command)) co_return co_await run_delete(session, *remove);
  if (auto* migrate = std::get_if<MigrateOptions>(&command))
    co_return co_await run_migrate(session, *migrate);
  if (auto* drain = std::get_if<DrainOptions>(&command)) co_return co_await run_drain(session, *drain);
  if (auto* evacuate = std::get_if<EvacuateOptions>(&command))
    co_return co_await run_evacuate(session, *evacuate);
  if (auto* cordon = std::get_if<CordonOptions>(&command)) co_return co_await run_cordon(session, *cordon);
  if (auto* snapshot = std::get_if<SnapshotOptions>(&command))
    co_return co_await run_snapshot(session, *snapshot);
  if (auto* power = std::get_if<PowerOptions>(&command)) co_return co_await run_power(session, *power);
  if (auto* console = std::get_if<ConsoleOptions>(&command))
    co_return co_await run_console(session, *console);
  if (auto* logs = std::get_if<LogsOptions>(&command)) co_return co_await run_logs(session, *logs);
  if (auto* events = std::get_if<EventsOptions>(&command)) co_return co_await run_events(session, *events);
  if (auto* boot = std::get_if<ImageAddBootOptions>(&command))
    co_return co_await run_image_add_boot(session, *boot);
  if (auto* import = std::get_if<ImageImportOptions>(&command))
    co_return co_await run_image_import(session, *import);
  if (auto* create = std::get_if<TokenCreateOptions>(&command))
    co_return co_await run_token_create(session, *create);
  if (auto* invite_host = std::get_if<HostInviteOptions>(&command))
    co_return co_await run_host_invite(session, *invite_host);
  if (auto* packing = std::get_if<HostPackingOptions>(&command))
    co_return co_await run_host_packing(session, *packing);
  if (auto* explain = std::get_if<ExplainOptions>(&command))
    co_return co_await run_explain(session, *explain);
  if (auto* invite_person = std::get_if<TokenInviteOptions>(&command))
    co_return co_await run_token_invite(session, *invite_person);
  if (std::holds_alternative<WhoamiOptions>(command)) co_return co_await run_whoami(session);
  if (auto* invite = std::get_if<InviteOptions>(&command)) co_return co_await run_invite(session, *invite);
  if (auto* join = std::get_if<JoinOptions>(&command)) co_return co_await run_join(session, *join);
  if (std::holds_alternative<PeerListOptions>(command)) co_return co_await run_peer_list(session);
  if (auto* show = std::get_if<PeerShowOptions>(&command)) co_return co_await run_peer_show(session, *show);
  if (auto* policy = std::get_if<PolicyOptions>(&command)) co_return co_await run_policy(session, *policy);
  if (auto* leave = std::get_if<LeaveOptions>(&command)) co_return co_await run_leave(session, *leave);
  if (auto* rotate = std::get_if<RotateOptions>(&command)) co_return co_await run_rotate(session, *rotate);
  co_return fail(Code::internal, "this command is none of a client");
}

}  // namespace

Result<Place> choose_place(const GlobalOptions& global, const Context& context) {
  Place place;
  for (const std::string* tenant : {&context.tenant, &global.tenant}) {
    if (!tenant->empty()) place.tenant = *tenant;
  }
  for (const std::string* workspace : {&context.workspace, &global.workspace}) {
    if (!workspace->empty()) place.workspace = *workspace;
  }
  for (const auto& [what, name] : {std::pair{"tenant", &place.tenant}, {"workspace", &place.workspace}}) {
    const Status good = model::check_name(*name, "");
    if (!good) return fail(good.error().code, "{}: {}", what, good.error().message);
  }
  return place;
}

std::string contexts_path(const GlobalOptions& global) {
  return global.config.empty() ? global.home + "/.config/hanse/contexts.yaml" : global.config;
}

Task<Result<http::ClientOptions>> zone_access(Runtime& runtime, std::string contexts_path,
                                              std::string context) {
  HANSE_CO_TRY(const ContextFile file, co_await load_contexts(runtime.files, contexts_path));
  HANSE_CO_TRY(const Context chosen, choose_context(file, contexts_path, context));
  HANSE_CO_TRY(
      http::ClientOptions options,
      co_await client_options(runtime, contexts_path, chosen,
                              std::chrono::duration_cast<Seconds>(http::ClientOptions().response_timeout)));
  HANSE_CO_TRY(
      options.bearer_token,
      co_await read_context_file(runtime, chosen, resolve_path(contexts_path, chosen.token_file), "token"));
  co_return options;
}

Task<Status> run_client(Runtime& runtime, Terminal& terminal, AuditTools audit_tools, GlobalOptions global,
                        Command command) {
  const std::string path = contexts_path(global);
  if (std::holds_alternative<ContextListOptions>(command))
    co_return co_await run_context_list(runtime.files, terminal, path, global.output);
  if (auto* use = std::get_if<ContextUseOptions>(&command))
    co_return co_await run_context_use(runtime.files, terminal, path, *use);
  if (auto* add = std::get_if<ContextAddOptions>(&command))
    co_return co_await run_context_add(runtime.files, terminal, path, *add);
  HANSE_CO_TRY(const Seconds timeout, parse_duration(global.timeout));
  HANSE_CO_TRY(const ContextFile file, co_await load_contexts(runtime.files, path));
  HANSE_CO_TRY(const Context context, choose_context(file, path, global.context));
  HANSE_CO_TRY(const Place place, choose_place(global, context));
  HANSE_CO_TRY(http::ClientOptions options, co_await client_options(runtime, path, context, timeout));
  if (auto* login = std::get_if<LoginOptions>(&command)) {
    const LoginTools tools{
        .connect = [&runtime, options](std::string token) { return client_with(runtime, options, token); },
        .terminal = terminal,
        .files = runtime.files,
        .clock = runtime.clock,
        .token_path = resolve_path(path, context.token_file),
        .output = global.output};
    const Status done = co_await run_login(tools, *login);
    if (!done) co_return fail(with_next_step(done.error(), context));
    co_return Status();
  }
  HANSE_CO_TRY(const std::string token,
               co_await read_context_file(runtime, context, resolve_path(path, context.token_file), "token"));
  const std::unique_ptr<ApiClient> api = client_with(runtime, std::move(options), token);
  const Session session{*api,          terminal,          runtime.files,
                        runtime.clock, runtime.scheduler, runtime.blocking,
                        place,         global.output};
  const Status status = co_await run_command(session, audit_tools, std::move(command));
  if (!status) co_return fail(with_next_step(status.error(), context));
  co_return Status();
}

}  // namespace hanse::cli
