// hanse.federation, for people: invitations, joining and leaving, the policy for peers, this zone's CA.
#include "api/audit_trail.h"
#include "api/expiry.h"
#include "api/json_body.h"
#include "api/messages.h"
#include "api/paging.h"
#include "api/query.h"
#include "api/resource_routes.h"
#include "zone/federation/membership.h"

namespace hanse::api {
namespace {

constexpr char kPeerList[] = "/providers/hanse.federation/v1/peers";

PeerView view_of(const Context& context, const federation::PeerRecord& record) {
  const zone::ZoneRecords& records = context.parts.records;
  PeerView view{.metadata = {.name = record.name},
                .spec = {.endpoint = "https://" + record.endpoint,
                         .identity_key = record.identity_key,
                         .authorities = static_cast<std::int32_t>(record.ca_pems.size()),
                         .policy = context.parts.membership.policy().of(record.name)},
                .status = {.state = record.state, .since = record.since, .expires_at = record.expires_at}};
  view.status.reachable = records.reachable(record.name);
  if (const auto trip = records.round_trip(record.name))
    view.status.round_trip_ms = std::chrono::duration<double, std::milli>(*trip).count();
  if (const auto silence = records.silence(record.name))
    view.status.heard_seconds_ago = std::chrono::duration_cast<Seconds>(*silence).count();
  if (const auto* known = records.digest_of(record.name)) view.status.digest = known->digest;
  return view;
}

Task<Result<http::Reply>> invite_zone(Context& context, Call call) {
  HANSE_CO_TRY(const auto request, read_body<InvitationDraft>(call.request.body));
  HANSE_CO_TRY(const Seconds lifetime, token_lifetime(request.expires_in_seconds));
  if (lifetime > zone::kMaxInvitationLifetime) {
    co_return fail_field("/expiresInSeconds", "an invitation is good for {} seconds at most",
                         zone::kMaxInvitationLifetime.count());
  }
  HANSE_CO_TRY(std::string token, co_await context.parts.membership.invite(lifetime));
  http::Reply reply = json_reply(201, InvitationText{std::move(token)});
  reply.response.headers.set("Cache-Control", "no-store");
  co_return reply;
}

Task<Result<http::Reply>> join(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<InvitationText>(call.request.body));
  HANSE_CO_TRY(const auto record, co_await context.parts.membership.join(std::move(request.token)));
  note_resource(call.audit, "peers/" + record.name);
  co_return json_reply(200, view_of(context, record));
}

Task<Result<http::Reply>> list_peers(Context& context, Call call) {
  std::vector<std::string> items;
  for (const federation::PeerRecord& record : context.parts.membership.list())
    items.push_back(json::dump(to_json(view_of(context, record))));
  co_return page_reply(call.request.query, std::move(items));
}

Task<Result<http::Reply>> get_peer(Context& context, Call call) {
  HANSE_CO_TRY(const auto record, context.parts.membership.get(call.path.at("zone")));
  co_return json_reply(200, view_of(context, record));
}

Task<Result<http::Reply>> leave(Context& context, Call call) {
  HANSE_CO_TRY(const bool force, flag_parameter(call.request.query, "force"));
  HANSE_CO_CHECK(co_await context.parts.membership.leave(call.path.at("zone"), force));
  co_return http::Reply(http::Response{202});
}

Task<Result<http::Reply>> get_policy(Context& context, Call) {
  co_return json_reply(200, PolicyText{context.parts.membership.policy_text()});
}

Task<Result<http::Reply>> put_policy(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<PolicyText>(call.request.body));
  HANSE_CO_CHECK(co_await context.parts.membership.set_policy(std::move(request.text)));
  co_return json_reply(200, PolicyText{context.parts.membership.policy_text()});
}

Task<Result<http::Reply>> rotate(Context& context, Call call) {
  HANSE_CO_TRY(const auto request, read_body<RotationRequest>(call.request.body));
  zone::Membership& membership = context.parts.membership;
  if (request.finish) {
    zone::Membership::AuthorityChange change{.force = request.force};
    if (const auto announced = membership.announced_at())
      change.unheard = context.parts.records.unheard_since(*announced);
    HANSE_CO_CHECK(co_await membership.change_authority(std::move(change)));
  } else {
    HANSE_CO_CHECK(co_await membership.announce_authority());
  }
  co_return http::Reply(http::Response{202});
}

void add_policy_routes(Routes& routes, Context& context) {
  routes.push_back({.name = "GET /providers/hanse.federation/v1/policy",
                    .access = kUsers,
                    .permission = {"hanse.federation", "policy", "get"},
                    .summary = "What peers may place here, and which get workloads of this zone",
                    .answer_schema = "PolicyText",
                    .function = [&context](Call call) { return get_policy(context, std::move(call)); }});
  routes.push_back({.name = "PUT /providers/hanse.federation/v1/policy",
                    .access = kUsers,
                    .permission = {"hanse.federation", "policy", "put"},
                    .summary = "Replace the policy for peers; one with a fault changes nothing",
                    .request_schema = "PolicyText",
                    .answer_schema = "PolicyText",
                    .options = {.body_limit = 2 * federation::kMaxPolicyText},
                    .function = [&context](Call call) { return put_policy(context, std::move(call)); }});
  routes.push_back({.name = "POST /providers/hanse.federation/v1/rotations",
                    .access = kUsers,
                    .permission = {"hanse.federation", "rotations", "post"},
                    .summary = "Announce the zone's next CA, or take the announced one into use",
                    .request_schema = "RotationRequest",
                    .success = 202,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return rotate(context, std::move(call)); }});
}

}  // namespace

void add_federation_routes(Routes& routes, Context& context) {
  routes.push_back({.name = "POST /providers/hanse.federation/v1/invitations",
                    .access = kUsers,
                    .permission = {"hanse.federation", "invitations", "post"},
                    .summary = "Make a one-time invitation for another zone",
                    .request_schema = "InvitationDraft",
                    .answer_schema = "InvitationText",
                    .success = 201,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return invite_zone(context, std::move(call)); }});
  routes.push_back({.name = "POST /providers/hanse.federation/v1/joins",
                    .access = kUsers,
                    .permission = {"hanse.federation", "joins", "post"},
                    .summary = "Use another zone's invitation: both pin each other's keys, or neither does",
                    .request_schema = "InvitationText",
                    .answer_schema = "Peer",
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return join(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("GET {}", kPeerList),
                    .access = kUsers,
                    .permission = {"hanse.federation", "peers", "list"},
                    .summary = "List the zones of the federation as this one knows them",
                    .query = {kLimitParameter, kSkipTokenParameter},
                    .answer_schema = "PeerList",
                    .function = [&context](Call call) { return list_peers(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("GET {}/{{zone}}", kPeerList),
                    .access = kUsers,
                    .permission = {"hanse.federation", "peers", "get"},
                    .summary = "Get one peer",
                    .answer_schema = "Peer",
                    .function = [&context](Call call) { return get_peer(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("DELETE {}/{{zone}}", kPeerList),
                    .access = kUsers,
                    .permission = {"hanse.federation", "peers", "delete"},
                    .summary = "Leave a peer: it has no rights here from now on",
                    .query = {{"force", ParameterType::boolean, "also when something still ties the two"}},
                    .success = 202,
                    .function = [&context](Call call) { return leave(context, std::move(call)); }});
  add_policy_routes(routes, context);
}

}  // namespace hanse::api
