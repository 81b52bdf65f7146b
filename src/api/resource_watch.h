// Streams the changes of a collection or of one resource as server-sent events.
//
// First everything that is there, as `put`, then `synced`; after that `put` (the resource) and `delete`
// ({"name"}) as they happen. Ids are revisions of the store and stand only where a client may resume: at
// `synced`, and at the last event of each transaction. A client that resumes gets what it missed and no
// `synced`; when the zone does not remember that far, everything again, with `synced`. The stream ends when
// the client is too slow for the kept history; resuming then begins anew.
#pragma once

#include <string>

#include "api/resource_kind.h"
#include "base/log.h"
#include "http/handler.h"
#include "store/store.h"

namespace hanse::api {

struct WatchRequest {
  zone::ResourceId scope = {};  // with a name: that resource alone
  std::string labels = {};
  std::string last_event_id = {};
};

// Requires: store, kind and log outlive the task.
Task<void> watch_resources(const Logger& log, store::Store& store, const ResourceKind& kind,
                           WatchRequest request, http::EventWriter& writer);

// The data of a `delete` event.
std::string deleted_text(const std::string& name);

}  // namespace hanse::api
