#include "api/zone_server.h"

#include <utility>

#include "api/api.h"
#include "base/scope.h"
#include "http/server.h"

namespace hanse::api {

// In order of construction; each may refer to those above it.
struct ZoneServer::Parts {
  Parts(Runtime& run, store::Store& store, Cryptography cryptography, zone::ZoneConfig config,
        std::optional<ProcessUser> converter, ConnectionRoom connection_room)
      : runtime(run),
        log(run.log, "zone"),
        room(connection_room),
        zone(run, store, cryptography, std::move(config), std::move(converter)) {}

  Task<Status> start();
  Task<void> follow_tls();
  Task<void> reload();

  Runtime& runtime;
  Logger log;
  ConnectionRoom room;
  zone::Zone zone;
  std::unique_ptr<Api> api;
  std::unique_ptr<http::Server> server;
  Scope scope{64};  // declared last: destroyed first
};

Task<Status> ZoneServer::Parts::start() {
  HANSE_CO_CHECK(co_await zone.start());
  ApiParts parts = parts_of(zone);
  parts.room = room;
  api = std::make_unique<Api>(parts);
  server = std::make_unique<http::Server>(runtime, *api, server_limits(room));
  api->set_server(*server);
  HANSE_CO_CHECK(co_await server->start(zone.config().listen, zone.server_tls()));
  if (!scope.spawn(follow_tls())) co_return fail(Code::internal, "the zone cannot follow its certificates");
  log.info("zone '{}' serves https://{}, up to {} hosts at a time", zone.config().name,
           to_string(server->endpoint()), room.hosts);
  co_return Status();
}

Task<void> ZoneServer::Parts::follow_tls() {
  while (true) {
    const std::uint64_t seen = zone.tls_changes().version();
    if (const Status set = server->set_tls(zone.server_tls()); !set)
      log.error("TLS: {}", set.error().message);
    co_await zone.tls_changes().changed_since(seen);
  }
}

Task<void> ZoneServer::Parts::reload() {
  const Status reloaded = co_await zone.reload_policy();
  if (reloaded) {
    log.info("the policy for peers was read again");
  } else {
    log.error("the policy for peers was not taken over: {}", reloaded.error().message);
  }
}

ZoneServer::ZoneServer(Runtime& runtime, store::Store& store, Cryptography cryptography,
                       zone::ZoneConfig config, std::optional<ProcessUser> converter, ConnectionRoom room)
    : parts_(std::make_unique<Parts>(runtime, store, cryptography, std::move(config), std::move(converter),
                                     room)) {}

ZoneServer::~ZoneServer() = default;

Task<Status> ZoneServer::start() {
  return parts_->start();
}

void ZoneServer::reload() {
  if (!parts_->scope.spawn(parts_->reload())) parts_->log.warning("too many reloads at once; try again");
}

zone::Zone& ZoneServer::zone() {
  return parts_->zone;
}

}  // namespace hanse::api
