// JSON schemas of everything that goes over the API, by name, made of the structs' descriptions. Pure.
#pragma once

#include "base/json.h"

namespace hanse::api {

// For components/schemas of an OpenAPI document.
json::Object schemas();

}  // namespace hanse::api
