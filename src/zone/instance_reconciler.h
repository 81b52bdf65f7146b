// InstanceReconciler: brings each instance of this zone to what is declared: storages, host, machine, and
// back: status from what the host says.
//
// One step does as much as it can and returns; it is called again when the instance, its machine or its move
// order changes. Thread: the loop. Failure of a step: those of Table and the store; what the user must hear
// of is a condition instead.
#pragma once

#include <string>

#include "base/text_map.h"
#include "runtime/runtime.h"
#include "store/store.h"
#include "zone/event_log.h"
#include "zone/hardware_choice.h"
#include "zone/host_capacity.h"
#include "zone/host_sessions.h"
#include "zone/instance_storages.h"
#include "zone/leases/host_failover.h"
#include "zone/move_orders.h"
#include "zone/reconcile_loop.h"

namespace hanse::zone {

struct InstanceServices {
  Runtime& runtime;
  store::Store& store;
  Tables& tables;
  HostSessions& hosts;
  HostCapacity& capacity;
  InstanceStorages& storages;
  MoveOrders& orders;
  EventLog& events;
  HardwareChoice& hardware;
};

class InstanceReconciler {
 public:
  explicit InstanceReconciler(InstanceServices services)
      : services_(services),
        failover_({services.runtime, services.store, services.tables, services.hosts, services.events}) {}

  Task<Result<Again>> reconcile(std::string key);

 private:
  using Pointer = Table<model::Instance>::Pointer;

  Task<Result<Again>> keep(Pointer instance, std::string key);
  Task<Result<Again>> prepare(Pointer instance);
  Task<Result<Again>> place(Pointer instance);
  Result<Table<model::InstanceSku>::Pointer> sku_of(const model::Instance& instance) const;
  void tell_of_place(const model::Instance& instance, const std::string& host);
  void tell_host(const model::Instance& instance, const std::string& key);
  Nanos brief_start(const model::Instance& instance);
  model::Instance adapted(model::Instance instance) const;
  void tell_other_host(const model::Instance& instance, const InstanceContext& context,
                       const std::string& key);
  Task<Status> take_over_status(Pointer instance);
  Task<Result<Again>> remove(Pointer instance);
  Task<Result<Again>> clean_up_after_move(Pointer instance, std::string key);
  bool host_has_let_go(const model::Instance& instance) const;
  Task<Result<Again>> wait_with(ResourceId id, std::string type, std::string reason, std::string message);

  InstanceServices services_;
  HostFailover failover_;
  TextMap<MonotonicTime> starts_;  // by uid: since when it is heard to start, while that is not in the record
};

}  // namespace hanse::zone
