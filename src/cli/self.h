// Who the user is for a zone, what he may do there, and until when: an answer of
// /providers/hanse.authorization/v1/self.
#pragma once

#include <boost/json/fwd.hpp>

#include "cli/output_format.h"
#include "cli/terminal.h"
#include "runtime/clock.h"

namespace hanse::cli {

inline constexpr char kSelfPath[] = "/providers/hanse.authorization/v1/self";

void show_self(Terminal& terminal, OutputFormat output, const boost::json::value& self, WallTime now);

}  // namespace hanse::cli
