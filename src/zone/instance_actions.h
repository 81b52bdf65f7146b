// What a user may do with an instance beyond the common frontend: start, stop, restart, and its console.
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
  Task<Result<model::HostResponse>> read_console(ResourceId id, std::int64_t offset);
  Task<Status> write_console(ResourceId id, std::string text);

 private:
  Task<Result<model::HostResponse>> call_host(ResourceId id, model::HostRequest request);

  Runtime& runtime_;
  Tables& tables_;
  HostSessions& hosts_;
};

}  // namespace hanse::zone
