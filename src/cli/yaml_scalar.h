// One YAML scalar as a JSON value, by YAML 1.2's core schema.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "base/result.h"

namespace hanse::cli {

// `tag` as yaml-cpp reports it: "?" for a plain scalar, "!" for a quoted one, otherwise what was written.
// Errors: invalid_argument for a tag that Hanse does not know and for a number out of range.
Result<boost::json::value> read_scalar(const std::string& tag, const std::string& text);

}  // namespace hanse::cli
