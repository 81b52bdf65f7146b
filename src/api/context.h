// What the providers (one file each) share while they add their routes, and what their functions use when
// they run.
//
// Lifecycle: owned by Api; it outlives all requests. Thread: the loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/metrics.h"
#include "api/parts.h"
#include "api/resource_kind.h"
#include "api/route.h"
#include "api/watch_seats.h"
#include "base/log.h"

namespace hanse::http {
class Server;
}

namespace hanse::api {

struct Context {
  explicit Context(ApiParts given)
      : parts(given), log(given.runtime.log, "api"), run(random_token(given.runtime.random, 8)) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  ApiParts parts;
  Logger log;
  std::string run;  // of this program: numbers that do not survive a restart are told apart by it
  WatchSeats seats = {};
  Metrics metrics = {};
  const http::Server* server = nullptr;  // for the number of its connections
  std::vector<std::unique_ptr<ResourceKind>> kinds = {};
};

// One function for each provider.
void add_region_routes(Routes& routes, Context& context);
void add_workspace_routes(Routes& routes, Context& context);
void add_compute_routes(Routes& routes, Context& context);
void add_instance_action_routes(Routes& routes, Context& context);
void add_console_routes(Routes& routes, Context& context);
void add_storage_routes(Routes& routes, Context& context);
void add_blob_routes(Routes& routes, Context& context);
void add_host_routes(Routes& routes, Context& context);
void add_enrolment_routes(Routes& routes, Context& context);
void add_workload_routes(Routes& routes, Context& context);
void add_transfer_routes(Routes& routes, Context& context);
void add_peer_transfer_routes(Routes& routes, Context& context);
void add_placement_routes(Routes& routes, Context& context);
void add_federation_routes(Routes& routes, Context& context);
void add_peer_membership_routes(Routes& routes, Context& context);
void add_observatory_routes(Routes& routes, Context& context);
void add_audit_routes(Routes& routes, Context& context);
void add_authorization_routes(Routes& routes, Context& context);
void add_token_routes(Routes& routes, Context& context);
// `routes` is described by /openapi.json and must be complete when the first request comes.
void add_system_routes(Routes& routes, Context& context);

}  // namespace hanse::api
