// ReplicaZones: the zones that have replicas, this one included, as the workload reconciler speaks to them:
// one interface for the own tables and for a peer's API. Thread: the loop. Failure: what the zone answers;
// unavailable when it does not.
#pragma once

#include <optional>
#include <string>

#include "model/reservation.h"
#include "runtime/runtime.h"
#include "zone/frontends.h"
#include "zone/instance_actions.h"
#include "zone/peer_clients.h"
#include "zone/transfer_frontend.h"
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
  struct Services {
    const ZoneConfig& config;
    Tables& tables;
    Frontends& frontends;
    InstanceActions& actions;
    TransferFrontend& transfers;
    PeerClients& clients;
  };
  explicit ReplicaZones(Services services) : services_(services) {}

  bool is_here(const std::string& zone) const { return zone == services_.config.name; }
  // Room for a replica in another zone. Asking again with the same id is the same reservation.
  Task<Result<model::ReservationAnswer>> reserve(std::string zone, model::ReservationRequest request);
  // When it is answered, nothing can be put by that reservation any more.
  Task<Status> release(std::string zone, std::string reservation);
  // Makes the replica there, or leaves one that exists. Idempotent.
  Task<Status> put(std::string zone, ReplicaRequest replica);
  // Errors: not_found when there is none.
  Task<Result<model::Instance>> get(std::string zone, ResourceId id);
  // Labels and annotations of one that is there.
  Task<Status> change(std::string zone, model::Instance instance);
  // In another zone only the one that was put by this reservation. Errors: not_found when it is not there.
  Task<Status> remove(std::string zone, ResourceId id, std::string reservation);
  Task<Status> set_power(std::string zone, ResourceId id, model::Power power);
  // Orders a live move, which goes on by itself.
  Task<Status> move(std::string zone, ResourceId id, std::string target);

 private:
  Task<Status> put_here(ReplicaRequest replica);

  Services services_;
};

}  // namespace hanse::zone
