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
  Reservations(Runtime& runtime, const ZoneConfig& config, PeerAdmission& admission, HostCapacity& capacity)
      : runtime_(runtime), config_(config), admission_(admission), capacity_(capacity) {}
  ~Reservations();
  Reservations(const Reservations&) = delete;
  Reservations& operator=(const Reservations&) = delete;

  // The room is held by the name that id and answer make together (model::reservation_name).
  Result<model::ReservationAnswer> reserve(const std::string& peer, const model::ReservationRequest& request);
  // Idempotent; afterwards nothing can be put by it. Errors: unavailable while something is being put by it.
  Status release(const std::string& peer, const std::string& id);

  // While an instance is put by a reservation, which is gone afterwards: until then nobody is told that
  // nothing comes by it. Requires: the reservations outlive it.
  class Use {
   public:
    Use(Reservations& reservations, std::string peer, std::string id)
        : reservations_(&reservations), peer_(std::move(peer)), id_(std::move(id)) {}
    Use(Use&& other) noexcept
        : reservations_(std::exchange(other.reservations_, nullptr)),
          peer_(std::move(other.peer_)),
          id_(std::move(other.id_)) {}
    Use& operator=(Use&&) = delete;
    ~Use() {
      if (reservations_ != nullptr) reservations_->drop({peer_, id_});
    }

   private:
    Reservations* reservations_;
    std::string peer_;
    std::string id_;
  };
  // For the instance that is put by it now: the room is free for just that. `sku` is what its reference means
  // here. Errors: failed_precondition, also for an instance of another flavour than was reserved.
  Result<Use> use(const std::string& peer, const std::string& id, const model::Instance& instance,
                  const model::InstanceSku& sku);

  std::size_t size() const { return held_.size(); }

 private:
  struct Held {
    ResourceId instance;
    std::string flavour;
    model::InstanceSkuSpec sku;
    PeerAdmission::Promise promise;
    std::string asked;  // the id in the request
    model::ReservationAnswer answer;
    TimerId expiry = TimerId::none;
    bool in_use = false;
  };
  using Key = std::pair<std::string, std::string>;  // peer, name of the reservation

  static std::string uid_of(const Key& key);
  void drop(const Key& key);

  Runtime& runtime_;
  const ZoneConfig& config_;
  PeerAdmission& admission_;
  HostCapacity& capacity_;
  std::map<Key, Held> held_;
  std::map<Key, Key> asked_;  // by peer and id in the request
};

}  // namespace hanse::zone
