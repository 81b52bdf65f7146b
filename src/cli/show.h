// Prints resources in the format that was asked for.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/session.h"

namespace hanse::cli {

void show_list(Session session, const Kind& kind, std::vector<boost::json::value> items);
void show_one(Session session, const Kind& kind, const boost::json::value& item);

// After an action: for programs and with -o name as show_one(), for people "instance/web is starting".
void show_outcome(Session session, const Kind& kind, const boost::json::value& item,
                  std::string_view outcome);

// For programs, of what is no resource: YAML where that was asked for, else JSON.
void show_document(Session session, const boost::json::value& document);

// "a" for a thing whose record stayed behind when it moved: where it is now. Empty: it is here.
std::string moved_notice(const boost::json::value& resource);

}  // namespace hanse::cli
