// The routes that every kind of resource has: list, get and watch, put, delete.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/context.h"
#include "api/resource_kind.h"
#include "api/route.h"

namespace hanse::api {

struct ResourceRouteOptions {
  std::string collection;  // "/providers/seca.compute/v1/tenants/{tenant}/skus"
  std::string schema;      // "InstanceSku"
  Access list = kUsers;
  Access get = kUsers;
  Access put = kUsers;
  Access remove = kUsers;
  std::vector<QueryParameter> remove_query = {};
  // Asked before get, put and delete of one resource; an error ends the request.
  std::function<Status(const Call&)> guard = {};
  // In place of put() when a peer calls.
  std::function<Task<Result<ResourceKind::Written>>(Call)> peer_put = {};
};

// The kind is kept by the context.
void add_resource_routes(Routes& routes, Context& context, std::unique_ptr<ResourceKind> kind,
                         ResourceRouteOptions options);

// tenant, workspace and name as far as the path has them.
zone::ResourceId id_of(const http::PathParameters& path);

// {"items": …, "metadata": {"skipToken": …}}
http::Response list_response(const std::vector<std::string>& items, const std::string& skip_token);
http::Response list_response(const zone::ListText& listing);
// The same around the items, where they are sent piece by piece.
inline constexpr char kListBegin[] = R"({"items":[)";
std::string list_end(const std::string& skip_token);
// A body that is JSON already.
http::Response json_text_response(int status, std::string text);

using EventsFunction = std::function<Task<void>(http::EventWriter&)>;

// A reply that streams what `function` sends, on a seat of the caller, as long as he may see it.
Result<http::Reply> events_reply(Context& context, const Call& call, EventsFunction function);

inline constexpr QueryParameter kWatchParameter{
    "watch", ParameterType::boolean, "Stream changes as server-sent events; Last-Event-ID resumes"};
inline constexpr QueryParameter kLimitParameter{"limit", ParameterType::number, "Items of a page, 1 to 1000"};
inline constexpr QueryParameter kListedParameter{
    "limit", ParameterType::number,
    "Items of the answer, 1 to 100000; of more than 1000 the body is sent in chunks, without a length"};
inline constexpr QueryParameter kSkipTokenParameter{"skipToken", ParameterType::text,
                                                    "Where the last page ended: metadata.skipToken"};
inline constexpr QueryParameter kLabelsParameter{"labels", ParameterType::text,
                                                 "Selector: key=value, key!=value or key, joined by commas"};

}  // namespace hanse::api
