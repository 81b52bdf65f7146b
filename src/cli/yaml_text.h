// JSON values as YAML text, which read_yaml() reads back as the same value. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

namespace hanse::cli {

// Ends with a line feed.
std::string yaml_text(const boost::json::value& value);

}  // namespace hanse::cli
