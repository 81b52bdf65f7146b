// Arrivals: which host takes an instance that moves to this zone, or within it, and on which hardware it is
// there.
//
// A port of the host that the instance must have has to be free there. // One that moves live keeps its
// machine type and its CPU model. One that boots at the other side keeps them where a host with room has
// them, and is else given what that host would give a new instance. Thread: the loop. Failure: as
// HostCapacity::reserve().
#pragma once

#include <optional>
#include <string>

#include "zone/hardware_choice.h"
#include "zone/host_capacity.h"
#include "zone/host_sessions.h"
#include "zone/tables.h"

namespace hanse::zone {

class Arrivals {
 public:
  struct Place {
    std::string host;
    std::optional<model::Hardware> hardware;  // where it is another than the instance had
  };

  Arrivals(const Tables& tables, HostCapacity& capacity, HostSessions& hosts, HardwareChoice& hardware)
      : tables_(tables), capacity_(capacity), hosts_(hosts), hardware_(hardware) {}

  // Chooses, and holds the place until HostCapacity::release(). Where spec.host is set it is that host.
  // `content`: that comes to the host's disk beside the snapshots, where it is known.
  Result<Place> reserve(const model::Instance& instance, const model::InstanceSku& sku,
                        model::TransferMode mode, Bytes content = {});

 private:
  Result<Place> choose(const model::Instance& instance, const model::InstanceSku& sku,
                       model::TransferMode mode, Bytes content);

  const Tables& tables_;
  HostCapacity& capacity_;
  HostSessions& hosts_;
  HardwareChoice& hardware_;
};

}  // namespace hanse::zone
