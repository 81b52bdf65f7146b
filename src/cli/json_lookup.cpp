#include "cli/json_lookup.h"

#include <boost/json.hpp>

#include "base/json.h"

namespace hanse::cli {

const boost::json::value* find_at(const boost::json::value& value, std::string_view pointer) {
  boost::system::error_code missing;
  return value.find_pointer(pointer, missing);
}

std::string text_at(const boost::json::value& value, std::string_view pointer) {
  const boost::json::value* found = find_at(value, pointer);
  if (found == nullptr || found->is_null() || found->is_structured()) return "";
  if (found->is_string()) return std::string(found->get_string());
  return json::scalar_text(*found);
}

double number_at(const boost::json::value& value, std::string_view pointer) {
  const boost::json::value* found = find_at(value, pointer);
  return found != nullptr && found->is_number() ? found->to_number<double>() : 0;
}

std::int64_t whole_at(const boost::json::value& value, std::string_view pointer) {
  const boost::json::value* found = find_at(value, pointer);
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

}  // namespace hanse::cli
