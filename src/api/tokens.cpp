// hanse.authorization: tokens of the zone's own issuer, how people get one, and who a caller is.
#include <boost/json.hpp>
#include <utility>

#include "api/audit_trail.h"
#include "api/endpoint.h"
#include "api/expiry.h"
#include "api/json_body.h"
#include "api/messages.h"
#include "api/resource_routes.h"
#include "codec/json_web_token.h"

namespace hanse::api {
namespace {

constexpr char kProvider[] = "hanse.authorization";

template <class T>
http::Reply secret_reply(const T& answer) {
  http::Reply reply = json_reply(201, answer);
  reply.response.headers.set("Cache-Control", "no-store");
  return reply;
}

Status check_subject_for(const zone::Caller& caller, const std::string& subject) {
  if (caller.administrator || subject != zone::kAdministrator) return {};
  return fail(Code::permission_denied, "only the administrator may do this for subject '{}'; choose another",
              subject);
}

Task<Result<http::Reply>> make_token(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<TokenRequest>(call.request.body));
  note_resource(call.audit, "tokens/" + request.subject);
  HANSE_CO_CHECK(check_subject_for(call.caller, request.subject));
  HANSE_CO_TRY(const Seconds lifetime, token_lifetime(request.expires_in_seconds));
  HANSE_CO_TRY(std::string token, context.parts.authentication.make_token(request.subject, lifetime));
  co_return secret_reply(TokenAnswer{std::move(token)});
}

Task<Result<http::Reply>> make_login_code(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<LoginCodeRequest>(call.request.body));
  note_resource(call.audit, "login-codes/" + request.subject);
  HANSE_CO_CHECK(check_subject_for(call.caller, request.subject));
  HANSE_CO_TRY(const Seconds lifetime, token_lifetime(request.expires_in_seconds));
  HANSE_CO_TRY(std::string code,
               co_await context.parts.authentication.make_login_code(std::move(request.subject), lifetime));
  co_return secret_reply(LoginCodeAnswer{std::move(code), context.parts.identity.ca_pem(),
                                         own_endpoint(context.parts.config, call.request)});
}

// Of a token that this zone has made.
Result<std::string> subject_of(const std::string& token) {
  HANSE_TRY(const codec::JsonWebToken parts, codec::parse_json_web_token(token));
  const json::Value* subject = parts.claims.if_contains("sub");
  if (subject == nullptr || !subject->is_string()) return fail(Code::internal, "the token names nobody");
  return std::string(subject->get_string());
}

Task<Result<http::Reply>> log_in(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<LoginRequest>(call.request.body));
  if (request.code.empty()) co_return fail_field("/code", "/code must be what 'hanse token invite' has made");
  HANSE_CO_TRY(const Seconds lifetime, token_lifetime(request.expires_in_seconds));
  HANSE_CO_TRY(std::string token,
               co_await context.parts.authentication.use_login_code(std::move(request.code), lifetime));
  if (const auto subject = subject_of(token)) note_resource(call.audit, "logins/" + *subject);
  co_return secret_reply(TokenAnswer{std::move(token)});
}

Task<Result<http::Reply>> get_self(Context& context, Call call) {
  const zone::Caller& caller = call.caller;
  Self self{.subject = caller.name,
            .groups = caller.groups,
            .issuer = caller.issuer,
            .administrator = caller.administrator};
  if (caller.expires_at) self.expires_at = to_rfc3339(*caller.expires_at);
  for (zone::Grant& grant : context.parts.authorization.grants_of(caller)) {
    self.grants.push_back({std::move(grant.role), std::move(grant.assignment), std::move(grant.scope.tenants),
                           std::move(grant.scope.regions), std::move(grant.scope.workspaces)});
  }
  co_return json_reply(200, self);
}

Task<Result<http::Reply>> get_keys(Context& context, Call) {
  co_return http::json_response(200, context.parts.authentication.local_issuer().key_set());
}

Route action(std::string name, zone::RequiredPermission permission, CallFunction function) {
  return {.name = "POST /providers/hanse.authorization/v1/" + std::move(name),
          .access = kUsers,
          .permission = std::move(permission),
          .success = 201,
          .options = {.body_limit = kMaxActionBody},
          .function = std::move(function)};
}

}  // namespace

void add_token_routes(Routes& routes, Context& context) {
  Route tokens = action("tokens", {kProvider, "tokens", "post"},
                        [&context](Call call) { return make_token(context, std::move(call)); });
  tokens.summary = "Make a token for this API, for any subject but the administrator";
  tokens.request_schema = "TokenRequest";
  tokens.answer_schema = "TokenAnswer";
  routes.push_back(std::move(tokens));
  Route codes = action("login-codes", {kProvider, "login-codes", "post"},
                       [&context](Call call) { return make_login_code(context, std::move(call)); });
  codes.summary = "Make a code with which a person gets a token, once";
  codes.request_schema = "LoginCodeRequest";
  codes.answer_schema = "LoginCodeAnswer";
  routes.push_back(std::move(codes));
  Route logins = action("logins", {}, [&context](Call call) { return log_in(context, std::move(call)); });
  logins.access = {.anonymous = true};
  logins.summary = "Get a token for a login code, which is in the body";
  logins.request_schema = "LoginRequest";
  logins.answer_schema = "TokenAnswer";
  routes.push_back(std::move(logins));
  routes.push_back({.name = "GET /providers/hanse.authorization/v1/self",
                    .access = kUsers,
                    .permission = {.reach = zone::Reach::oneself},
                    .summary = "Who the caller is, and which roles he has where",
                    .answer_schema = "Self",
                    .function = [&context](Call call) { return get_self(context, std::move(call)); }});
  routes.push_back({.name = "GET /providers/hanse.authorization/v1/keys",
                    .access = {.anonymous = true},
                    .summary = "The public keys of this zone's tokens, a JSON web key set",
                    .answer_schema = "WebKeySet",
                    .function = [&context](Call call) { return get_keys(context, std::move(call)); }});
}

}  // namespace hanse::api
