// JSON of plain described structs (Boost.Describe): a struct is described once and is then read, written and
// validated from that description.
//
// Names: snake_case members and enumerators become camelCase ("resource_version" -> "resourceVersion") and
// the reverse. An empty std::optional is left out. Reading is strict: an unknown field, a wrong type or a
// number out of range is an invalid_argument error with the JSON pointer of the field; a field that is not
// there keeps its default.
//
// The templates live in base/json_mapping.h, which is heavy: include it in the source file that instantiates
// to_json and from_json for a type, and declare those two functions in the type's header with
// HANSE_DECLARE_JSON.
#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hanse::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

inline constexpr std::size_t kMaxDepth = 32;

// Errors: invalid_argument with the position of the fault; duplicate keys are refused.
Result<Value> parse(std::string_view text);
std::string dump(const Value& value);
// Two spaces a level, for people.
std::string dump_pretty(const Value& value);

// A number, a truth value or null as people write it: 85.24, not 8.524E1.
std::string scalar_text(const Value& value);
std::string camel_case(std::string_view snake_case);

}  // namespace hanse::json

// Declares, for a described type T, `json::Value to_json(const T&)`, `void append_json(std::string&, const
// T&)` for its text and `Status read_json(const json::Value&, T&, pointer)`. Found by argument-dependent
// lookup: place it in the namespace of T.
#define HANSE_DECLARE_JSON(T)                           \
  ::boost::json::value to_json(const T& object);        \
  void append_json(std::string& text, const T& object); \
  ::hanse::Status read_json(const ::boost::json::value& value, T& object, const std::string& pointer)

namespace hanse::json {

// The same text as dump(to_json(object)), written at once: what is stored and sent often has no need of a
// tree.
template <class T>
std::string to_text(const T& object) {
  std::string text;
  append_json(text, object);
  return text;
}

// Given as the pointer of a value, it says that nobody asks where a fault is, so that no pointers are made.
extern const std::string kNameless;  // NOLINT(readability-identifier-naming): made when the program starts

// Reads a whole T from a value: from_json<Image>(value).
template <class T>
Result<T> from_json(const Value& value) {
  if (T object{}; read_json(value, object, kNameless)) return object;
  // Only what is wrong is read again, for an error that names the field.
  T object{};
  HANSE_CHECK(read_json(value, object, std::string()));
  return object;
}

}  // namespace hanse::json
