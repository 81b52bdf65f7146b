// hanse.federation, between zones: how two of them become peers, and how one hears that the other has left.
// Who accepts an invitation or confirms proves himself by its secret; he has no certificate that we know yet.
#include "api/audit_trail.h"
#include "api/json_body.h"
#include "api/query.h"
#include "api/resource_routes.h"
#include "zone/federation/zone_records.h"

namespace hanse::api {
namespace {

Task<Result<http::Reply>> accept(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<zone::AcceptanceRequest>(call.request.body));
  note_resource(call.audit, "peers/" + request.card.owner);
  HANSE_CO_TRY(const auto answer, co_await context.parts.membership.accept(std::move(request)));
  co_return json_reply(200, answer);
}

Task<Result<http::Reply>> confirm(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<zone::ConfirmationRequest>(call.request.body));
  note_resource(call.audit, "peers/" + request.zone);
  HANSE_CO_CHECK(co_await context.parts.membership.confirm(std::move(request)));
  co_return http::Reply(http::Response{204});
}

Task<Result<http::Reply>> depart(Context& context, Call call) {
  note_resource(call.audit, "peers/" + call.caller.name);
  HANSE_CO_CHECK(co_await context.parts.membership.departed(
      call.caller.name, text_parameter(call.request.query, "membership")));
  co_return http::Reply(http::Response{204});
}

Task<Result<http::Reply>> exchange(Context& context, Call call) {
  zone::ZoneRecords& records = context.parts.records;
  const auto message = read_body<federation::ExchangeMessage>(call.request.body);
  if (!message) {
    records.refuse_message(federation::Refusal::unreadable_message, call.caller.name,
                           message.error().message);
    co_return fail(message.error());
  }
  HANSE_CO_TRY(const auto answer, records.answer(call.caller.name, *message));
  co_return json_reply(200, answer);
}

void note_too_large(Context& context, const zone::Caller& caller, std::uint64_t bytes) {
  context.parts.records.refuse_message(
      federation::Refusal::oversized_message, caller.name,
      fmt::format("it has {} bytes and {} are allowed", bytes, federation::kMaxExchangeBody));
}

}  // namespace

void add_peer_membership_routes(Routes& routes, Context& context) {
  routes.push_back({.name = fmt::format("POST {}", zone::kAcceptancePath),
                    .access = {.anonymous = true},
                    .summary = "An invited zone shows its card; the secret of the invitation is in the body",
                    .request_schema = "AcceptanceRequest",
                    .answer_schema = "AcceptanceAnswer",
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return accept(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("POST {}", zone::kConfirmationPath),
                    .access = {.anonymous = true},
                    .summary = "An invited zone has pinned this one; may be repeated",
                    .request_schema = "ConfirmationRequest",
                    .success = 204,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return confirm(context, std::move(call)); }});
  routes.push_back(
      {.name = fmt::format("DELETE {}", zone::kMembershipPath),
       .access = kPeers,
       .summary = "The calling zone has left",
       .query = {{"membership", ParameterType::text, "Which one; ignored when it has joined again since"}},
       .success = 204,
       .function = [&context](Call call) { return depart(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("POST {}", federation::kExchangePath),
                    .access = kPeers,
                    .summary = "Exchange signed records: what the caller has, lacks and sends",
                    .request_schema = "ExchangeMessage",
                    .answer_schema = "ExchangeMessage",
                    .options = {.body_limit = federation::kMaxExchangeBody},
                    .audited = false,
                    .too_large = [&context](const zone::Caller& caller,
                                            std::uint64_t bytes) { note_too_large(context, caller, bytes); },
                    .function = [&context](Call call) { return exchange(context, std::move(call)); }});
}

}  // namespace hanse::api
