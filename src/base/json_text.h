// Structs from texts of JSON. Include in source files only: it brings all of Boost.JSON, which base/json.h
// does not.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "base/json.h"

namespace hanse::json {

// Parses, and reads a whole T: parse_as<Image>(text). Errors: those of parse() and from_json().
template <class T>
Result<T> parse_as(std::string_view text) {
  HANSE_TRY(const Value value, parse(text));
  return from_json<T>(value);
}

}  // namespace hanse::json
