// Where others reach this zone.
#pragma once

#include <string>

#include "http/message.h"
#include "zone/zone_config.h"

namespace hanse::api {

// The address that the zone listens on; when that is any address, the one that the request was sent to.
inline std::string own_endpoint(const zone::ZoneConfig& config, const http::Request& request) {
  const std::string& host = config.listen.host;
  const bool any = host.empty() || host == "0.0.0.0" || host == "::" || config.listen.port == 0;
  const std::string asked = request.headers.get("Host");
  return "https://" + (any && !asked.empty() ? asked : to_string(config.listen));
}

}  // namespace hanse::api
