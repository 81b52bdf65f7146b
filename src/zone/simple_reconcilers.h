// Reconcilers of the kinds that have little to do: they become active at once, and go when their deletion is
// asked for and nothing stands against it. Each has one step, as ReconcileLoop takes it. Thread: the loop.
#pragma once

#include <string>
#include <vector>

#include "runtime/runtime.h"
#include "zone/host_sessions.h"
#include "zone/reconcile_loop.h"
#include "zone/tables.h"

namespace hanse::zone {

// Workspaces, SKUs, block storages.
template <class T>
class PlainReconciler {
 public:
  explicit PlainReconciler(Table<T>& table) : table_(table) {}

  Task<Result<Again>> reconcile(std::string key) {
    const ResourceId id = id_of_key(KindOf<T>::kTraits, key);
    const auto resource = table_.get(id);
    if (!resource) {
      if (resource.error().code == Code::not_found) co_return Again();
      co_return fail(resource.error());
    }
    if ((*resource)->metadata.deleted_at) {
      HANSE_CO_CHECK(co_await table_.erase(*resource));
      co_return Again();
    }
    if ((*resource)->status.state != model::ResourceState::pending) co_return Again();
    const auto active = co_await table_.update(id, [](T& changed) -> Status {
      if (changed.status.state == model::ResourceState::pending)
        changed.status.state = model::ResourceState::active;
      return {};
    });
    if (!active) co_return fail(active.error());
    co_return Again();
  }

 private:
  Table<T>& table_;
};

// What a host says of itself goes into its record; what was restarted elsewhere while it was away is removed
// from it; the record of a deleted host goes.
class HostReconciler {
 public:
  HostReconciler(Runtime& runtime, Tables& tables, HostSessions& hosts)
      : runtime_(runtime), tables_(tables), hosts_(hosts) {}

  Task<Result<Again>> reconcile(std::string key);

 private:
  // Tells the host of its left machines; those of which it has let go.
  std::vector<std::string> removed_machines(const model::Host& host);

  Runtime& runtime_;
  Tables& tables_;
  HostSessions& hosts_;
};

}  // namespace hanse::zone
