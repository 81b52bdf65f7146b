// ReplicaZones: the zones that have replicas, this one included, as the workload reconciler speaks to them:
// one interface for the own tables and for a peer's API. Thread: the loop. Failure: what the zone answers;
// unavailable when it does not.
#pragma once

#include <optional>
#include <string>

#include "model/reservation.h"
#include "runtime/runtime.h"
#include "zone/frontends.h"
#include "zone/peer_clients.h"
#include "zone/zone_config.h"

namespace hanse::zone {

// A replica with what it refers to, so that the other zone can have it all.
struct ReplicaRequest {
  model::Instance instance;
  model::InstanceSku sku;
  std::optional<model::Image> image;
};

class ReplicaZones {
 public:
  ReplicaZones(const ZoneConfig& config, Tables& tables, Frontends& frontends, PeerClients& clients)
      : config_(config), tables_(tables), frontends_(frontends), clients_(clients) {}

  bool is_here(const std::string& zone) const { return zone == config_.name; }
  // Room for a replica in another zone. Asking again with the same id is the same reservation.
  Task<Result<model::ReservationAnswer>> reserve(std::string zone, model::ReservationRequest request);
  // When it is answered, nothing can be put by that reservation any more.
  Task<Status> release(std::string zone, std::string reservation);
  // Makes the replica there, or leaves one that exists. Idempotent.
  Task<Status> put(std::string zone, ReplicaRequest replica);
  // Errors: not_found when there is none.
  Task<Result<model::Instance>> get(std::string zone, ResourceId id);
  Task<Status> remove(std::string zone, ResourceId id);

 private:
  Task<Status> put_here(ReplicaRequest replica);

  const ZoneConfig& config_;
  Tables& tables_;
  Frontends& frontends_;
  PeerClients& clients_;
};

}  // namespace hanse::zone
