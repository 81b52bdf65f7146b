// One route of the API: what it is called, who may call it, what it takes and gives, and the function that
// answers. The router, the check of callers, the metrics and /openapi.json are all made from these.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access.h"
#include "base/result.h"
#include "http/router.h"
#include "zone/authorization/required_permission.h"
#include "zone/caller.h"

namespace hanse::api {

// What the function of a route adds to the audit record of its request.
struct AuditNote {
  std::string resource = {};  // empty: as the path names it
  std::int64_t revision = 0;  // its resourceVersion afterwards
};

// A request that was let through.
struct Call {
  http::Request request;
  http::PathParameters path;  // names are checked: no path characters in them
  zone::Caller caller;
  // Of the route, as long as the API lives; for what goes on after it was checked.
  const zone::RequiredPermission* permission = nullptr;
  AuditNote* audit = nullptr;  // until the request is answered
};

// Errors become problem documents. Not a capturing lambda that is itself a coroutine.
using CallFunction = std::function<Task<Result<http::Reply>>(Call)>;

enum class ParameterType { text, number, boolean };

struct QueryParameter {
  std::string_view name;
  ParameterType type = ParameterType::text;
  std::string_view description = {};
};

struct Route {
  std::string name;  // "GET /a/{name}"
  Access access = kNobody;
  zone::RequiredPermission permission = {};  // that a user must have; empty: no user has it
  std::string summary;
  std::vector<QueryParameter> query = {};  // others are refused
  std::string request_schema = {};         // a name in schemas.h; empty: no body
  std::string answer_schema = {};          // empty: no JSON
  int success = 200;
  http::RouteOptions options = {};
  bool unlimited = false;  // may take longer than kRequestLimit
  bool audited = true;     // but for GET; false: nothing that lasts comes of it
  // Told of a body whose stated length is beyond options.body_limit; it is refused unread.
  std::function<void(const zone::Caller&, std::uint64_t bytes)> too_large = {};
  CallFunction function;
};

using Routes = std::vector<Route>;

// The body of a resource, and of everything that is not said otherwise.
inline constexpr std::uint64_t kMaxResourceBody = 1 << 20;
// The body of an action: a token, a few numbers.
inline constexpr std::uint64_t kMaxActionBody = 64 * 1024;

}  // namespace hanse::api
