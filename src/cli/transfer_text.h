// A transfer as people read it: one line while it runs, the report at its end. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "base/result.h"

namespace hanse::cli {

// Zones, or hosts of a move within one.
std::string transfer_from(const boost::json::value& transfer);
std::string transfer_to(const boost::json::value& transfer);
// "moving web from a to b: sending memory, 42 %, 23.4 MiB/s, 12 s left"
std::string transfer_line(const boost::json::value& transfer);
// Changes when a line should be printed where lines cannot be written over: with each step and tenth.
std::string transfer_milestone(const boost::json::value& transfer);
bool transfer_ended(const boost::json::value& transfer);
// Several lines: blackout, total, time and bytes of each phase, as far as its mode has them.
std::string transfer_report(const boost::json::value& transfer);
// Several lines: bytes, time and blackout, each with its range, and what they were reckoned from. `figures`
// as in a forecast.
std::string forecast_text(const boost::json::value& figures);
// What the end means for the command: what has happened, what is now, and what comes next. Errors:
// failed_precondition (refused), aborted (rolled back), cancelled.
Status transfer_outcome(const boost::json::value& transfer);

}  // namespace hanse::cli
