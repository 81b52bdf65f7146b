// ZoneServer: a zone with its API on the network: what `hanse zone` runs over the real runtime and the
// simulator over a simulated one.
//
// Lifecycle: made over an opened store, start() once; destroying it stops everything. Thread: the loop.
// Failure of start(): those of Zone::start() and of listening; destroy it then.
#pragma once

#include <memory>
#include <optional>

#include "api/connection_room.h"
#include "runtime/cryptography.h"
#include "runtime/processes.h"
#include "runtime/runtime.h"
#include "store/store.h"
#include "zone/zone.h"
#include "zone/zone_config.h"

namespace hanse::api {

class ZoneServer {
 public:
  // As Zone takes them.
  ZoneServer(Runtime& runtime, store::Store& store, Cryptography cryptography, zone::ZoneConfig config,
             std::optional<ProcessUser> converter, ConnectionRoom room = {});
  ~ZoneServer();
  ZoneServer(const ZoneServer&) = delete;
  ZoneServer& operator=(const ZoneServer&) = delete;

  Task<Status> start();
  // Reads the policy for peers again, in the background; the log says what came of it.
  void reload();
  zone::Zone& zone();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace hanse::api
