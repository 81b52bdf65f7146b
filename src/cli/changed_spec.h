// A resource of which a command changes a part of the spec: read, changed and put back, with all else as it
// is.
#pragma once

#include <functional>
#include <string>

#include "base/json.h"
#include "cli/session.h"

namespace hanse::cli {

// Completes with the zone's answer. Errors: those of the zone, and of `change`, when nothing is put.
Task<Result<json::Value>> put_changed_spec(Session session, std::string path,
                                           std::function<Status(json::Object&)> change);

}  // namespace hanse::cli
