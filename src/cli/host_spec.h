// Changes what a host's spec says of new instances and of those that it has; all else of it stays.
//
// Thread: the loop. Failure: those of the zone.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "cli/session.h"

namespace hanse::cli {

struct HostWish {
  bool schedulable = false;
  std::optional<boost::json::object> drain;  // absent: it is not drained
};

// The object for /spec/drain.
boost::json::object drain_spec(const MoveOptions& moves, const std::vector<std::string>& zones);

// Gives the host as it is then.
Task<Result<boost::json::value>> put_host_spec(Session session, std::string path, HostWish wish);

}  // namespace hanse::cli
