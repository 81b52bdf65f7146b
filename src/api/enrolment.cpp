// hanse.host: how a host gets its certificate: enrolment by a one-time token, renewal with the certificate.
#include "api/endpoint.h"
#include "api/expiry.h"
#include "api/json_body.h"
#include "api/messages.h"
#include "api/resource_routes.h"
#include "model/host_messages.h"

namespace hanse::api {
namespace {

Task<Result<http::Reply>> enrol(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<model::EnrolmentRequest>(call.request.body));
  HANSE_CO_CHECK(model::check_name(request.name, "/name"));
  HANSE_CO_TRY(const auto answer, co_await context.parts.enrolment.enrol(std::move(request)));
  co_return json_reply(201, answer);
}

Task<Result<http::Reply>> enrol_fleet(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<model::FleetRequest>(call.request.body));
  HANSE_CO_TRY(const auto answer, co_await context.parts.enrolment.enrol_fleet(std::move(request)));
  co_return json_reply(201, answer);
}

Task<Result<http::Reply>> renew(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<model::RenewalRequest>(call.request.body));
  HANSE_CO_TRY(const auto answer,
               co_await context.parts.enrolment.renew(call.caller.name, std::move(request)));
  co_return json_reply(200, answer);
}

Task<Result<http::Reply>> make_token(Context& context, Call call) {
  HANSE_CO_TRY(const auto request, read_body<EnrolmentTokenRequest>(call.request.body));
  HANSE_CO_TRY(const Seconds lifetime, token_lifetime(request.expires_in_seconds));
  HANSE_CO_TRY(std::string token, co_await context.parts.authentication.make_enrolment_token(lifetime));
  http::Reply reply = json_reply(201, EnrolmentTokenAnswer{std::move(token), context.parts.identity.ca_pem(),
                                                           own_endpoint(context.parts.config, call.request)});
  reply.response.headers.set("Cache-Control", "no-store");
  co_return reply;
}

}  // namespace

void add_enrolment_routes(Routes& routes, Context& context) {
  routes.push_back({.name = "POST /providers/hanse.host/v1/enrolments",
                    .access = {.anonymous = true},
                    .summary = "Enrol a host by a one-time token, which is in the body",
                    .request_schema = "EnrolmentRequest",
                    .answer_schema = "EnrolmentAnswer",
                    .success = 201,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return enrol(context, std::move(call)); }});
  routes.push_back({.name = "POST /providers/hanse.host/v1/enrolment-tokens",
                    .access = kUsers,
                    .permission = {"hanse.host", "enrolment-tokens", "post"},
                    .summary = "Make a one-time token with which a host joins this zone",
                    .request_schema = "EnrolmentTokenRequest",
                    .answer_schema = "EnrolmentTokenAnswer",
                    .success = 201,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return make_token(context, std::move(call)); }});
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
