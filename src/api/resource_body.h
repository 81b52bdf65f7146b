// Reads the body of a PUT: the JSON of a resource, of which a user may set name, labels, annotations,
// extensions and spec. What is the zone's own (status, uid, times) is ignored, so that what was read can be
// sent back.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "model/metadata.h"
#include "zone/resource_id.h"

namespace hanse::api {

// The object without its status. Errors: invalid_argument with the pointer.
Status read_resource_text(const std::string& body, json::Value& out);
// Names come from the path; those in the body must agree. Leaves only the names in `metadata`.
Status settle_names(model::Metadata& metadata, const zone::ResourceId& id);

}  // namespace hanse::api
