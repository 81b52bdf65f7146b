// The OpenAPI 3.1 document, made of the routes and the described structs, so that it cannot differ from what
// the program does. Pure.
#pragma once

#include <string>

#include "api/route.h"

namespace hanse::api {

std::string openapi_text(const Routes& routes);

}  // namespace hanse::api
