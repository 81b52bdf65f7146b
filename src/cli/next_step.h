// What becomes of a transfer from here on, for people: what happens by itself, and what they can do. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace hanse::cli {

// One sentence, without a final period; "" for a phase that this program does not know.
std::string next_step(const boost::json::value& transfer);

// Whether it stands still, or goes back: then the sentence is worth a line of its own.
bool is_held_up(const boost::json::value& transfer);

// Of one that ended without moving: what the instance is now, by the mode that it was to move in.
std::string what_stays(const boost::json::value& transfer);

}  // namespace hanse::cli
