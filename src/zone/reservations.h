// Reservations: the room that this zone holds for replicas of other zones' workloads. A peer may put a new
// instance here only by a reservation that it holds, so that nothing that arrives late makes a replica that
// its zone has given up; asking checks the policy for that peer and the hosts as they are.
//
// In memory: after a restart peers reserve again. Lifecycle: as long as the zone; what has expired is dropped
// when the next one is looked at. Thread: the loop. Failure: permission_denied by the policy,
// resource_exhausted without room or beyond kMaxReservations, failed_precondition for a reservation that is
// not there any more.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "model/reservation.h"
#include "runtime/clock.h"
#include "runtime/scheduler.h"
#include "zone/federation/peer_admission.h"
#include "zone/host_capacity.h"
#include "zone/zone_config.h"

namespace hanse::zone {

inline constexpr std::size_t kMaxReservations = 10'000;

class Reservations {
 public:
  Reservations(Runtime& runtime, const ZoneConfig& config, const PeerAdmission& admission,
               HostCapacity& capacity)
      : runtime_(runtime), config_(config), admission_(admission), capacity_(capacity) {}
  ~Reservations();
  Reservations(const Reservations&) = delete;
  Reservations& operator=(const Reservations&) = delete;

  Result<model::ReservationAnswer> reserve(const std::string& peer, const model::ReservationRequest& request);
  // Idempotent; afterwards nothing can be put by it.
  void release(const std::string& peer, const std::string& id);
  // For the instance that is put by it now: the room is free for just that. Errors: failed_precondition.
  Status use(const std::string& peer, const std::string& id, const std::string& tenant,
             const std::string& workspace, const std::string& name);

  std::size_t size() const { return held_.size(); }

 private:
  struct Held {
    std::string tenant;
    std::string workspace;
    std::string name;
    VcpuCount vcpu;
    MiB memory;
    model::ReservationAnswer answer;
    TimerId expiry = TimerId::none;
  };
  using Key = std::pair<std::string, std::string>;  // peer, id

  static std::string uid_of(const Key& key);
  PeerAdmission::Held held_by(const std::string& peer) const;
  void drop(const Key& key);

  Runtime& runtime_;
  const ZoneConfig& config_;
  const PeerAdmission& admission_;
  HostCapacity& capacity_;
  std::map<Key, Held> held_;
};

}  // namespace hanse::zone
