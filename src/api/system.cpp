// What is about the program and not about a provider: health, metrics, the description of the API.
#include "api/json_body.h"
#include "api/messages.h"
#include "api/openapi.h"
#include "api/resource_routes.h"
#include "api/zone_metrics.h"
#include "zone/zone_version.h"

namespace hanse::api {
namespace {

Task<Result<http::Reply>> health(Context& context, Call) {
  co_return json_reply(200, Health{.zone = context.parts.config.name, .version = zone::kVersion});
}

Task<Result<http::Reply>> metrics(Context& context, Call) {
  http::Response response = http::text_response(200, context.metrics.text() + zone_metrics_text(context));
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  co_return http::Reply(std::move(response));
}

Task<Result<http::Reply>> description(const Routes& routes, Call) {
  co_return json_text_response(200, openapi_text(routes));
}

}  // namespace

void add_system_routes(Routes& routes, Context& context) {
  routes.push_back({.name = "GET /healthz",
                    .access = {.anonymous = true},
                    .summary = "Whether this zone serves",
                    .answer_schema = "Health",
                    .function = [&context](Call call) { return health(context, std::move(call)); }});
  routes.push_back({.name = "GET /metrics",
                    .access = kUsers,
                    .permission = {"hanse.system", "metrics", "get"},
                    .summary = "Metrics in the text form of Prometheus",
                    .function = [&context](Call call) { return metrics(context, std::move(call)); }});
  routes.push_back({.name = "GET /openapi.json",
                    .access = kUsers,
                    .permission = {"hanse.system", "openapi", "get", zone::Reach::anywhere},
                    .summary = "This description of the API, OpenAPI 3.1",
                    .function = [&routes](Call call) { return description(routes, std::move(call)); }});
}

}  // namespace hanse::api
