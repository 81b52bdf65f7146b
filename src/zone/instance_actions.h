// What a user may do with an instance beyond the common frontend: start, stop, restart, its snapshots and its
// console.
// Thread: the loop. Failure: not_found; failed_precondition (it moved away, it is being deleted or is
// moving); for the console those of the host.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/runtime.h"
#include "zone/host_sessions.h"
#include "zone/tables.h"

namespace hanse::zone {

class InstanceActions {
 public:
  InstanceActions(Runtime& runtime, Tables& tables, HostSessions& hosts)
      : runtime_(runtime), tables_(tables), hosts_(hosts) {}

  Task<Result<model::Instance>> start(ResourceId id);
  Task<Result<model::Instance>> stop(ResourceId id);
  Task<Result<model::Instance>> restart(ResourceId id);
  // Asks the host for it; it is there when its state says so. Errors: already_exists, resource_exhausted.
  Task<Result<model::Instance>> take_snapshot(ResourceId id, std::string name, bool memory);
  // Idempotent: one that is not there has gone.
  Task<Result<model::Instance>> delete_snapshot(ResourceId id, std::string name);
  // The instance becomes what it was, and what it has done since is lost.
  Task<Result<model::Instance>> restore_snapshot(ResourceId id, std::string name);
  // The instance stays as it is; the host has the last word, which takes the wish out of the status or says
  // that it has begun. Idempotent: one that is not being restored to this snapshot stays as it is anyway.
  // Errors: failed_precondition once something was overwritten.
  Task<Result<model::Instance>> cancel_restore(ResourceId id, std::string name);
  Task<Result<model::HostResponse>> read_console(ResourceId id, std::int64_t offset);
  Task<Status> write_console(ResourceId id, std::string text);

 private:
  Task<Result<model::HostResponse>> call_host(ResourceId id, model::HostRequest request);

  Runtime& runtime_;
  Tables& tables_;
  HostSessions& hosts_;
};

}  // namespace hanse::zone
