// What a user must be permitted for a request, and whether a permission of a role says so. Pure.
#pragma once

#include <string>
#include <string_view>

#include "model/authorization.h"

namespace hanse::zone {

enum class Reach {
  path,      // where the path points: a tenant, a workspace, or the zone itself
  anywhere,  // in some tenant or workspace, whichever
  oneself,   // nowhere: it is about the caller alone, and any user may
};

struct RequiredPermission {
  std::string provider = {};  // "seca.compute"; empty, with another reach than oneself: nobody has it
  std::string resource = {};  // "instances"
  std::string verb = {};      // "put", "post.start"
  Reach reach = Reach::path;
};

// `name` is that of the resource; empty for a collection.
bool covers(const model::Permission& permission, const RequiredPermission& required, std::string_view name);

// "seca.compute instances put"
std::string to_string(const RequiredPermission& required);

}  // namespace hanse::zone
