// FirstPlacement: completes a new instance before it is written with what its reconciler would do first: its
// disks, when all of them come from images that are here, and a host that has room. It saves a write, which
// is a wait for the disk. What is not possible at once is left to the reconciler.
//
// Lifecycle: as long as the zone; what it gives holds the place on the host until the instance is written.
// Thread: the loop. Failure: none, it then adds nothing.
#pragma once

#include <memory>
#include <string>

#include "runtime/runtime.h"
#include "zone/event_log.h"
#include "zone/frontend.h"
#include "zone/hardware_choice.h"
#include "zone/host_capacity.h"
#include "zone/host_sessions.h"
#include "zone/instance_storages.h"

namespace hanse::zone {

class FirstPlacement {
 public:
  struct Services {
    Runtime& runtime;
    Tables& tables;
    HostSessions& hosts;
    HostCapacity& capacity;
    InstanceStorages& storages;
    EventLog& events;
    HardwareChoice& hardware;
  };
  explicit FirstPlacement(Services services) : services_(services) {}

  std::unique_ptr<Addition> complete(model::Instance& instance, store::Transaction& with);

 private:
  Services services_;
};

// Notes that the instance is placed there, with what it leaves to the host.
void assign_host(model::Instance& instance, const std::string& host, const HostSessions& hosts,
                 HardwareChoice& hardware, const std::string& now);

}  // namespace hanse::zone
