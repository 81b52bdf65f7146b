// WorkloadZones: the zones that a workload's replicas may run in, this one included, as the workload
// reconciler speaks to them: one interface for the own tables and for a peer's API. Thread: the loop.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "placement/candidate.h"
#include "runtime/runtime.h"
#include "zone/frontends.h"
#include "zone/host_capacity.h"
#include "zone/peer_clients.h"
#include "zone/zone_config.h"

namespace hanse::zone {

// A replica with what it refers to, so that the other zone can have it all.
struct ReplicaRequest {
  model::Instance instance;
  model::InstanceSku sku;
  std::optional<model::Image> image;
};

class WorkloadZones {
 public:
  WorkloadZones(Runtime& runtime, const ZoneConfig& config, Tables& tables, Frontends& frontends,
                HostCapacity& capacity, const federation::Peers& peers, PeerClients& clients);

  // This zone and all trusted ones; what is known of a peer is at most kFresh old.
  Task<Result<std::vector<placement::ZoneCandidate>>> candidates(model::InstanceSku sku);
  // Makes the replica there, or leaves one that exists. Idempotent.
  Task<Status> put(std::string zone, ReplicaRequest replica);
  // Errors: not_found when there is none.
  Task<Result<model::Instance>> get(std::string zone, ResourceId id);
  Task<Status> remove(std::string zone, ResourceId id);

  static constexpr Nanos kFresh = Seconds{10};

 private:
  struct Known {
    placement::ZoneCandidate candidate;
    MonotonicTime at;
  };

  placement::ZoneCandidate here(const model::InstanceSku& sku) const;
  Task<placement::ZoneCandidate> ask(std::string zone);
  Task<Status> put_here(ReplicaRequest replica);

  Runtime& runtime_;
  const ZoneConfig& config_;
  Tables& tables_;
  Frontends& frontends_;
  HostCapacity& capacity_;
  const federation::Peers& peers_;
  PeerClients& clients_;
  std::map<std::string, Known> known_;
};

}  // namespace hanse::zone
