// Transfers as the API reads them: records of the store, completed with the progress that is in memory only.
// They are listed and watched like other resources, but made and cancelled by actions.
#pragma once

#include <string>

#include "api/context.h"
#include "api/resource_watch.h"
#include "http/handler.h"

namespace hanse::api {

// What changes all the time is sent at most this often.
inline constexpr Nanos kTransferPace = Millis{200};

Result<ResourceKind::Listing> list_transfers(const Context& context, const zone::ListRequest& request);

// As watch_resources(), but each connection begins with everything, since progress has no revision; `put`
// has no id. Requires: the context outlives the task.
Task<void> watch_transfers(Context& context, WatchRequest request, http::EventWriter& writer);

}  // namespace hanse::api
