#include "api/api.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include "api/query.h"
#include "model/metadata.h"
#include "runtime/timeout.h"

namespace hanse::api {
namespace {

void add_all(Routes& routes, Context& context) {
  add_system_routes(routes, context);
  add_region_routes(routes, context);
  add_workspace_routes(routes, context);
  add_compute_routes(routes, context);
  add_instance_action_routes(routes, context);
  add_console_routes(routes, context);
  add_storage_routes(routes, context);
  add_blob_routes(routes, context);
  add_host_routes(routes, context);
  add_enrolment_routes(routes, context);
  add_workload_routes(routes, context);
  add_transfer_routes(routes, context);
  add_peer_transfer_routes(routes, context);
  add_placement_routes(routes, context);
  add_federation_routes(routes, context);
  add_peer_membership_routes(routes, context);
  add_observatory_routes(routes, context);
  add_audit_routes(routes, context);
  add_authorization_routes(routes, context);
  add_token_routes(routes, context);
}

http::RouteName split_name(const std::string& name) {
  const std::size_t space = name.find(' ');
  return {name.substr(0, space), name.substr(space + 1)};
}

// These are names of resources and become parts of keys.
constexpr std::array kNameParameters{"tenant", "workspace", "name", "zone", "transfer"};

Status check_path(const http::PathParameters& path) {
  for (const char* parameter : kNameParameters) {
    const auto found = path.find(parameter);
    if (found == path.end()) continue;
    if (const Status good = model::check_name(found->second, ""); !good) {
      return fail_parameter(parameter, good.error().message);
    }
  }
  return {};
}

Status check_query(const Route& route, const codec::Query& query) {
  for (const auto& [name, value] : query) {
    const auto known = std::find_if(route.query.begin(), route.query.end(),
                                    [&](const QueryParameter& parameter) { return parameter.name == name; });
    if (known != route.query.end()) continue;
    std::string names;
    for (const QueryParameter& parameter : route.query) {
      names += fmt::format("{}{}", names.empty() ? "" : ", ", parameter.name);
    }
    return fail_parameter(name, fmt::format("the parameter '{}' is not known here; known are: {}",
                                            name.substr(0, 64), names.empty() ? "none" : names));
  }
  return {};
}

int status_of(const http::Reply& reply) {
  return reply.takeover ? 101 : reply.response.status;
}

http::Response refusal(const Error& error, const http::Request& request) {
  http::Response response = http::problem_response(error, request.path);
  const bool wrong = request.headers.contains("Authorization");
  if (error.code == Code::unauthenticated) {
    response.headers.set("WWW-Authenticate", wrong ? R"(Bearer realm="hanse", error="invalid_token")"
                                                   : R"(Bearer realm="hanse")");
  }
  if (error.code == Code::resource_exhausted || error.code == Code::unavailable)
    response.headers.set("Retry-After", "1");
  return response;
}

// For a caller who was not known yet when the head came, so that the body was left for a stream.
Task<Result<std::string>> read_whole(http::BodyReader& reader) {
  std::string body;
  std::array<std::byte, 16 * 1024> piece{};
  while (true) {
    HANSE_CO_TRY(const std::size_t count, co_await reader.read_some(piece));
    if (count == 0) co_return body;
    body.append(reinterpret_cast<const char*>(piece.data()), count);
  }
}

// 0: it is not said, or cannot be read, which the parser of the request says.
std::uint64_t stated_length(const http::Request& head) {
  const std::string text = head.headers.get("Content-Length");
  std::uint64_t bytes = 0;
  std::from_chars(text.data(), text.data() + text.size(), bytes);
  return bytes;
}

// What of a request is needed once it was handed over.
http::Request outline(const http::Request& request) {
  http::Request copy{.method = request.method, .path = request.path};
  if (request.headers.contains("Authorization")) copy.headers.set("Authorization", "");
  return copy;
}

}  // namespace

http::ServerLimits server_limits(ConnectionRoom room) {
  return {.connections = room.connections, .body_bytes = kMaxResourceBody};
}

Api::Api(ApiParts parts) : context_(parts), audit_(parts.runtime.clock, parts.audit) {
  add_all(routes_, context_);
  for (const Route& route : routes_) {
    router_.add(
        route.name,
        [this, &route](http::Request request, http::PathParameters path) {
          return serve(route, std::move(request), std::move(path));
        },
        route.options);
    by_name_.emplace(split_name(route.name), &route);
  }
}

Api::~Api() = default;

Result<zone::Caller> Api::identify(const Route& route, const http::Request& request) const {
  auto caller = context_.parts.authentication.identify(request);
  // A wrong token does not matter where none is needed.
  if (!caller && route.access.anonymous) return zone::Caller{};
  return caller;
}

Status Api::check(const Route& route, const zone::Caller& caller, const http::PathParameters& path) const {
  HANSE_CHECK(check_access(route.access, caller, path));
  if (caller.kind == zone::CallerKind::user && !route.access.anonymous)
    HANSE_CHECK(context_.parts.authorization.check(caller, route.permission, target_of(path)));
  // The certificate of a host that was deleted is good until it ends.
  if (caller.kind == zone::CallerKind::host && !context_.parts.tables.hosts.get({.name = caller.name})) {
    return fail(Code::permission_denied, "host '{}' was deleted from this zone; enrol it again", caller.name);
  }
  return {};
}

Task<Result<http::Reply>> Api::answer(const Route& route, http::Request request, http::PathParameters path,
                                      AuditedRequest& audited) {
  co_await context_.parts.authentication.prepare(request.headers.get("Authorization"));
  HANSE_CO_TRY(audited.caller, identify(route, request));
  HANSE_CO_CHECK(check(route, audited.caller, path));
  HANSE_CO_CHECK(check_path(path));
  HANSE_CO_CHECK(check_query(route, request.query));
  context_.log.debug("{} {} by {} from {}", request.method, request.path, to_string(audited.caller),
                     request.remote_address);
  if (AuditTrail::covers(route, request)) HANSE_CO_CHECK(co_await audit_.ready());
  if (request.body_reader != nullptr && !route.options.body_stream) {
    HANSE_CO_TRY(request.body, co_await read_whole(*request.body_reader));
  }
  auto work =
      route.function({std::move(request), std::move(path), audited.caller, &route.permission, &audited.note});
  if (route.unlimited) co_return co_await std::move(work);
  co_return co_await with_timeout(context_.parts.runtime.scheduler, kRequestLimit, "the request",
                                  std::move(work));
}

Task<http::Reply> Api::put_on_record(http::Request asked, AuditedRequest audited, http::Reply reply) {
  const int status = status_of(reply);
  const Status recorded = co_await audit_.record(asked.method, asked.path, std::move(audited), status);
  if (recorded || !http::is_success(status)) co_return reply;
  const std::string what =
      fmt::format("this was done and answered with {}, but could not be put on record: {}", status,
                  recorded.error().message);
  co_return http::Reply(refusal(Error{recorded.error().code, what}, asked));
}

Task<http::Reply> Api::serve(const Route& route, http::Request request, http::PathParameters path) {
  const Clock& clock = context_.parts.runtime.clock;
  const MonotonicTime begin = clock.now();
  const http::Request asked = outline(request);
  AuditedRequest audited{.address = request.remote_address,
                         .request_id = request.headers.get("X-Request-Id")};
  Result<http::Reply> result = co_await answer(route, std::move(request), std::move(path), audited);
  http::Reply reply = result ? std::move(*result) : http::Reply(refusal(result.error(), asked));
  if (AuditTrail::covers(route, asked))
    reply = co_await put_on_record(asked, std::move(audited), std::move(reply));
  const Nanos elapsed = clock.now() - begin;
  context_.metrics.count_request(route.name, status_of(reply), elapsed);
  context_.log.debug("{} {} answered {} after {} us", asked.method, asked.path, status_of(reply),
                     std::chrono::duration_cast<Micros>(elapsed).count());
  if (!result && result.error().code == Code::internal) {
    context_.log.error("{} {} failed: {}", asked.method, asked.path, result.error().message);
  }
  co_return reply;
}

Task<http::Reply> Api::handle(http::Request request) {
  auto found = router_.match(request.method, request.segments);
  if (found.route != nullptr) {
    co_return co_await (*found.function)(std::move(request), std::move(found.parameters));
  }
  // What is not there is told only to those who may be here.
  const auto caller = context_.parts.authentication.identify(request);
  if (!caller) co_return refusal(caller.error(), request);
  if (const Status known = check_access({.user = true, .host = true, .peer = true}, *caller, {}); !known) {
    co_return refusal(known.error(), request);
  }
  co_return co_await router_.handle(std::move(request));
}

std::uint64_t Api::body_limit(const http::Request& head) {
  const auto found = router_.match(head.method, head.segments);
  if (found.route == nullptr) return 0;
  const Route& route = *by_name_.at(*found.route);
  const std::uint64_t limit = found.options->body_limit;
  if (const std::uint64_t bytes = stated_length(head); route.too_large && bytes > limit) {
    const auto caller = identify(route, head);
    if (caller && check(route, *caller, found.parameters)) route.too_large(*caller, bytes);
  }
  return limit;
}

bool Api::wants_body_stream(const http::Request& head) {
  const auto found = router_.match(head.method, head.segments);
  if (found.route == nullptr) return true;
  // Asked for as a stream, the body of someone who is refused is never read.
  if (found.options->body_stream) return true;
  const Route& route = *by_name_.at(*found.route);
  const auto caller = identify(route, head);
  return !caller || !check(route, *caller, found.parameters);
}

}  // namespace hanse::api
