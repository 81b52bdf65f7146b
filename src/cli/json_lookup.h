// Reading fields of an answer that may or may not be there. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace hanse::cli {

// nullptr when there is none.
const boost::json::value* find_at(const boost::json::value& value, std::string_view pointer);
// A string, number or truth value as text; "" for all else.
std::string text_at(const boost::json::value& value, std::string_view pointer);
double number_at(const boost::json::value& value, std::string_view pointer);
std::int64_t whole_at(const boost::json::value& value, std::string_view pointer);

}  // namespace hanse::cli
