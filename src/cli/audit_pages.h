// Reading a zone's audit log page by page. Thread: the loop. Failure: what the zone answers; an error of the
// function that takes the records.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "cli/api_client.h"

namespace hanse::cli {

inline constexpr char kAuditPath[] = "/providers/hanse.observatory/v1/audit";

using TakeAuditRecord = std::function<Status(const boost::json::value&)>;

// Those behind `after`, oldest first; `query` has no '?' and may be empty. Requires: `client` outlives it.
Task<Status> read_audit(ApiClient& client, std::string query, std::int64_t after, TakeAuditRecord take);

}  // namespace hanse::cli
