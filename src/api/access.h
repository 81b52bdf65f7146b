// Which kinds of callers a route is for. A route that says nothing is refused to everyone. Users need its
// permission beside (zone/authorization/).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/router.h"
#include "zone/caller.h"
#include "zone/resource_id.h"

namespace hanse::api {

struct Access {
  bool anonymous = false;
  bool user = false;
  bool host = false;
  bool peer = false;
  // The path parameter that must be the calling host's own name; empty: any host of this zone.
  std::string_view own_host = {};
};

inline constexpr Access kNobody{};
inline constexpr Access kUsers{.user = true};
inline constexpr Access kUsersAndPeers{.user = true, .peer = true};
inline constexpr Access kPeers{.peer = true};

// Errors: unauthenticated when nobody was named, permission_denied.
Status check_access(const Access& access, const zone::Caller& caller, const http::PathParameters& path);

// What the path names, as permissions of roles name it.
zone::ResourceId target_of(const http::PathParameters& path);

// "user alice", for logs.
std::string to_string(const zone::Caller& caller);

}  // namespace hanse::api
