// hanse.host: how a host gets its certificate: invitation, enrolment by its token, renewal with the
// certificate.
#include "api/audit_trail.h"
#include "api/json_body.h"
#include "api/messages.h"
#include "api/resource_routes.h"
#include "model/host_messages.h"

namespace hanse::api {
namespace {

Task<Result<http::Reply>> enrol(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<model::EnrolmentRequest>(call.request.body));
  if (request.secret.empty())
    co_return fail_field("/secret", "/secret must be the one in the token of 'hanse host invite'");
  const std::string host = context.parts.enrolment.invited_host(request.secret);
  if (!host.empty()) note_resource(call.audit, "hosts/" + host);
  HANSE_CO_TRY(const auto answer, co_await context.parts.enrolment.enrol(std::move(request)));
  co_return json_reply(201, answer);
}

Task<Result<http::Reply>> enrol_fleet(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<model::FleetRequest>(call.request.body));
  note_resource(call.audit, fmt::format("fleets/{}+{}", request.first, request.count));
  HANSE_CO_TRY(const auto answer, co_await context.parts.enrolment.enrol_fleet(std::move(request)));
  co_return json_reply(201, answer);
}

Task<Result<http::Reply>> renew(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<model::RenewalRequest>(call.request.body));
  HANSE_CO_TRY(const auto answer,
               co_await context.parts.enrolment.renew(call.caller.name, std::move(request)));
  co_return json_reply(200, answer);
}

Task<Result<http::Reply>> invite_host(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<HostInvitationDraft>(call.request.body));
  note_resource(call.audit, "invitations/" + request.name);
  HANSE_CO_TRY(std::string token, co_await context.parts.enrolment.invite(
                                      std::move(request.name), Seconds{request.expires_in_seconds}));
  http::Reply reply = json_reply(201, InvitationText{std::move(token)});
  reply.response.headers.set("Cache-Control", "no-store");
  co_return reply;
}

}  // namespace

void add_enrolment_routes(Routes& routes, Context& context) {
  routes.push_back(
      {.name = "POST /providers/hanse.host/v1/enrolments",
       .access = {.anonymous = true},
       .summary = "Enrol a host by the secret of its token, which is in the body; may be repeated",
       .request_schema = "EnrolmentRequest",
       .answer_schema = "EnrolmentAnswer",
       .success = 201,
       .options = {.body_limit = kMaxActionBody},
       .function = [&context](Call call) { return enrol(context, std::move(call)); }});
  routes.push_back({.name = "POST /providers/hanse.host/v1/invitations",
                    .access = kUsers,
                    .permission = {"hanse.host", "invitations", "post"},
                    .summary = "Invite a host into this zone: the one-time token is for 'hanse host enrol'",
                    .request_schema = "HostInvitationDraft",
                    .answer_schema = "InvitationText",
                    .success = 201,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return invite_host(context, std::move(call)); }});
  routes.push_back({.name = "POST /providers/hanse.host/v1/fleets",
                    .access = kUsers,
                    .permission = {"hanse.host", "fleets", "post"},
                    .summary = "Make simulated hosts and their certificates, for tests of capacity",
                    .request_schema = "FleetRequest",
                    .answer_schema = "FleetAnswer",
                    .success = 201,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return enrol_fleet(context, std::move(call)); }});
  routes.push_back({.name = "POST /providers/hanse.host/v1/hosts/{name}/renewals",
                    .access = {.host = true, .own_host = "name"},
                    .summary = "Renew a host's certificate",
                    .request_schema = "RenewalRequest",
                    .answer_schema = "EnrolmentAnswer",
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return renew(context, std::move(call)); }});
}

}  // namespace hanse::api
