// hanse.migration, for users: transfers are made, watched and cancelled.
#include "api/audit_trail.h"
#include "api/json_body.h"
#include "api/messages.h"
#include "api/peer_put.h"
#include "api/query.h"
#include "api/resource_routes.h"
#include "api/transfer_kind.h"

namespace hanse::api {
namespace {

constexpr char kPath[] = "/providers/hanse.migration/v1/tenants/{tenant}/workspaces/{workspace}/transfers";

constexpr char kForecasts[] =
    "/providers/hanse.migration/v1/tenants/{tenant}/workspaces/{workspace}/forecasts";

zone::RequiredPermission permission_to(const char* verb) {
  return {"hanse.migration", "transfers", verb};
}

Result<http::Reply> watch(Context& context, const Call& call) {
  WatchRequest request{.scope = id_of(call.path), .labels = text_parameter(call.request.query, "labels")};
  HANSE_CHECK(model::matches_selector({}, request.labels));
  return events_reply(context, call, [&context, request](http::EventWriter& writer) {
    return watch_transfers(context, request, writer);
  });
}

Task<Result<http::Reply>> list(Context& context, Call call) {
  HANSE_CO_TRY(const bool watching, flag_parameter(call.request.query, "watch"));
  if (watching) co_return watch(context, call);
  HANSE_CO_TRY(const auto request, list_request(call.request.query, id_of(call.path)));
  HANSE_CO_TRY(const auto listing, list_transfers(context, request));
  co_return list_response(listing);
}

Task<Result<http::Reply>> get(Context& context, Call call) {
  HANSE_CO_TRY(const bool watching, flag_parameter(call.request.query, "watch"));
  HANSE_CO_TRY(const auto transfer, context.parts.transfers.get(id_of(call.path)));
  if (watching) co_return watch(context, call);
  co_return json_reply(200, transfer);
}

Task<Result<http::Reply>> create(Context& context, Call call) {
  HANSE_CO_TRY(TransferDraft draft, read_body<TransferDraft>(call.request.body));
  HANSE_CO_CHECK(check(model::Transfer{.spec = draft.spec}));
  if (draft.spec.host && call.caller.kind == zone::CallerKind::peer) {
    co_return fail(Error{Code::permission_denied,
                         "a zone chooses its hosts itself; leave the host out",
                         {{"/spec/host", ""}}});
  }
  if (draft.spec.copy && call.caller.kind == zone::CallerKind::peer) {
    co_return fail(Error{Code::permission_denied,
                         "a zone moves its replicas and makes no copies of them; leave the copy out",
                         {{"/spec/copy", ""}}});
  }
  if (draft.spec.sku && call.caller.kind == zone::CallerKind::peer) {
    co_return fail(Error{Code::permission_denied,
                         "a replica has the SKU of its workload; leave the sku out",
                         {{"/spec/sku", ""}}});
  }
  zone::ResourceId instance = id_of(call.path);
  instance.name = draft.spec.instance;
  HANSE_CO_CHECK(check_instance_of_peer(context, call, instance));
  HANSE_CO_TRY(const auto transfer,
               co_await context.parts.transfers.create(id_of(call.path), std::move(draft.spec)));
  zone::ResourceId made = id_of(call.path);
  made.name = transfer.metadata.name;
  note_resource(call.audit, "transfers/" + to_string(made));
  note_revision(call.audit, transfer.metadata.resource_version);
  co_return json_reply(201, transfer);
}

Task<Result<http::Reply>> forecast(Context& context, Call call) {
  HANSE_CO_TRY(TransferDraft draft, read_body<TransferDraft>(call.request.body));
  HANSE_CO_TRY(const auto forecast,
               co_await context.parts.transfers.forecast(id_of(call.path), std::move(draft.spec)));
  co_return json_reply(200, forecast);
}

Task<Result<http::Reply>> cancel(Context& context, Call call) {
  HANSE_CO_TRY(const auto transfer, co_await context.parts.transfers.cancel(id_of(call.path)));
  note_revision(call.audit, transfer.metadata.resource_version);
  co_return json_reply(202, transfer);
}

Task<Result<http::Reply>> limit(Context& context, Call call) {
  HANSE_CO_TRY(const auto change, read_body<model::TransferLimitsChange>(call.request.body));
  HANSE_CO_TRY(const auto transfer, co_await context.parts.transfers.limit(id_of(call.path), change));
  note_revision(call.audit, transfer.metadata.resource_version);
  co_return json_reply(202, transfer);
}

}  // namespace

void add_transfer_routes(Routes& routes, Context& context) {
  routes.push_back({.name = fmt::format("GET {}", kPath),
                    .access = kUsers,
                    .permission = permission_to("list"),
                    .summary = "List or watch transfers, with their progress",
                    .query = {kLimitParameter, kSkipTokenParameter, kLabelsParameter, kWatchParameter},
                    .answer_schema = "TransferList",
                    .function = [&context](Call call) { return list(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("POST {}", kPath),
                    .access = kUsersAndPeers,
                    .permission = permission_to("post"),
                    .summary =
                        "Move an instance to another zone, or to another host of this one; the transfer's "
                        "name is generated. A peer moves what belongs to its workloads",
                    .request_schema = "TransferDraft",
                    .answer_schema = "Transfer",
                    .success = 201,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return create(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("POST {}", kForecasts),
                    .access = kUsers,
                    .permission = zone::RequiredPermission{"hanse.migration", "forecasts", "post"},
                    .summary = "What stands against such a move, at both zones; nothing is kept or moved",
                    .request_schema = "TransferDraft",
                    .answer_schema = "TransferForecast",
                    .options = {.body_limit = kMaxActionBody},
                    .audited = false,
                    .function = [&context](Call call) { return forecast(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("GET {}/{{name}}", kPath),
                    .access = kUsers,
                    .permission = permission_to("get"),
                    .summary = "Get or watch one transfer",
                    .query = {kWatchParameter},
                    .answer_schema = "Transfer",
                    .function = [&context](Call call) { return get(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("POST {}/{{name}}/cancel", kPath),
                    .access = kUsers,
                    .permission = permission_to("post.cancel"),
                    .summary = "Cancel a transfer before its commit point",
                    .answer_schema = "Transfer",
                    .success = 202,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return cancel(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("POST {}/{{name}}/limits", kPath),
                    .access = kUsers,
                    .permission = permission_to("post.limits"),
                    .summary = "Change what a transfer may take, pause it or let it go on, before its commit "
                               "point; what is left out stays",
                    .request_schema = "TransferLimitsChange",
                    .answer_schema = "Transfer",
                    .success = 202,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return limit(context, std::move(call)); }});
}

}  // namespace hanse::api
