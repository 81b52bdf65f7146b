// HostFailover: what becomes of an instance whose failover is `restart` when its host is lost: it is taken
// off that host, once no machine can run there by a lease any more, and is placed anew. The host removes its
// copy when it is back.
//
// Lifecycle: as long as the reconciler. Thread: the loop. Failure: those of the store.
#pragma once

#include <optional>
#include <string>

#include "runtime/runtime.h"
#include "store/store.h"
#include "zone/event_log.h"
#include "zone/host_sessions.h"
#include "zone/tables.h"

namespace hanse::zone {

class HostFailover {
 public:
  struct Services {
    Runtime& runtime;
    store::Store& store;
    Tables& tables;
    HostSessions& hosts;
    EventLog& events;
  };
  explicit HostFailover(Services services) : services_(services) {}

  // When no copy can run on its host any more; nothing: its host is connected, or it waits for it.
  std::optional<MonotonicTime> lost_at(const model::Instance& instance) const;
  // Whether nothing can run on its host any more although the host cannot say so.
  bool is_over(const model::Instance& instance) const;
  // With new disks, if it had any.
  Task<Status> take_off(Table<model::Instance>::Pointer instance);
  struct Why {
    std::string reason;  // CamelCase
    std::string message;
  };
  // Requires: nothing can run on its host any more, or nothing has ever run there.
  Task<Status> take_off(Table<model::Instance>::Pointer instance, Why why);

 private:
  Services services_;
};

}  // namespace hanse::zone
