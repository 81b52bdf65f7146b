// hanse.authorization: tokens of the API for people and programs.
#include "api/expiry.h"
#include "api/json_body.h"
#include "api/messages.h"
#include "api/resource_routes.h"

namespace hanse::api {
namespace {

Task<Result<http::Reply>> make_token(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<TokenRequest>(call.request.body));
  HANSE_CO_TRY(const Seconds lifetime, token_lifetime(request.expires_in_seconds));
  HANSE_CO_TRY(std::string token, context.parts.authentication.make_token(request.subject, lifetime));
  http::Reply reply = json_reply(201, TokenAnswer{std::move(token)});
  reply.response.headers.set("Cache-Control", "no-store");
  co_return reply;
}

}  // namespace

void add_authorization_routes(Routes& routes, Context& context) {
  routes.push_back({.name = "POST /providers/hanse.authorization/v1/tokens",
                    .access = kUsers,
                    .summary = "Make a token for this API",
                    .request_schema = "TokenRequest",
                    .answer_schema = "TokenAnswer",
                    .success = 201,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return make_token(context, std::move(call)); }});
}

}  // namespace hanse::api
