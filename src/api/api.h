// Api: the zone's HTTP API, as the Handler of an http::Server. It says who may call what, and translates
// between requests and the zone's parts; it decides nothing itself.
//
// ZoneServer (zone_server.h) puts it on the network.
//
// Deny by default: every request is authenticated first, only routes that allow it answer anonymous callers,
// and a body is not read for a caller who will be refused. Lifecycle: outlives the server; no background
// work. Thread: the loop. Failure: problem documents.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "api/audit_trail.h"
#include "api/context.h"
#include "api/parts.h"
#include "api/route.h"
#include "http/handler.h"
#include "http/router.h"
#include "http/server.h"

namespace hanse::api {

// A request that takes longer is given up with 504; what it has asked for may still happen. Uploads have no
// limit but that of their pieces.
inline constexpr Nanos kRequestLimit = Seconds{60};

// What a zone's server is run with.
http::ServerLimits server_limits(ConnectionRoom room = {});

class Api final : public http::Handler {
 public:
  explicit Api(ApiParts parts);
  ~Api() override;
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // For the number of connections in /metrics. Requires: it is there as long as requests come.
  void set_server(const http::Server& server) { context_.server = &server; }

  const Routes& routes() const { return routes_; }
  std::vector<http::RouteName> route_names() const { return router_.routes(); }

  Task<http::Reply> handle(http::Request request) override;
  std::uint64_t body_limit(const http::Request& head) override;
  bool wants_body_stream(const http::Request& head) override;

 private:
  Result<zone::Caller> identify(const Route& route, const http::Request& request) const;
  // Whether the route lets him in.
  Status check(const Route& route, const zone::Caller& caller, const http::PathParameters& path) const;
  Task<Result<http::Reply>> answer(const Route& route, http::Request request, http::PathParameters path,
                                   AuditedRequest& audited);
  // Puts the request on record; what was done and cannot be recorded is answered as an error.
  Task<http::Reply> put_on_record(http::Request asked, AuditedRequest audited, http::Reply reply);
  Task<http::Reply> serve(const Route& route, http::Request request, http::PathParameters path);

  Context context_;
  AuditTrail audit_;
  Routes routes_;
  http::Router router_;
  std::map<http::RouteName, const Route*> by_name_;
};

}  // namespace hanse::api
