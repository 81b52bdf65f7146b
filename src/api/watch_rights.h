// A stream of events ends when its user may not see it any more: his token expires, or a role or its
// assignment changes. Thread: the loop.
#pragma once

#include "api/context.h"
#include "base/task.h"
#include "zone/authorization/required_permission.h"
#include "zone/caller.h"
#include "zone/resource_id.h"

namespace hanse::api {

struct WatchRights {
  zone::Caller caller;
  zone::RequiredPermission permission;
  zone::ResourceId target;
};

// Completes with `work`, or destroys it when the rights end. Requires: a user, who has them now.
Task<void> run_while_allowed(Context& context, WatchRights rights, Task<void> work);

}  // namespace hanse::api
