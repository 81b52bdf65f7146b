// Which columns the table of a kind has, and how a resource fills them. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <vector>

#include "cli/kinds.h"
#include "cli/output_format.h"
#include "cli/table.h"
#include "runtime/clock.h"

namespace hanse::cli {

std::vector<std::string> header_of(const Kind& kind, OutputFormat format);
std::vector<std::string> row_of(const Kind& kind, const boost::json::value& resource, OutputFormat format,
                                WallTime now);

// Newest first, as the API has them.
Table conditions_table(const boost::json::value& resource, WallTime now);

}  // namespace hanse::cli
