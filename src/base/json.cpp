#include "base/json.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

#include "base/json_mapping.h"

namespace hanse::json {
namespace {

std::string_view kind_name(const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "a boolean";
    case boost::json::kind::string:
      return "a string";
    case boost::json::kind::array:
      return "a list";
    case boost::json::kind::object:
      return "an object";
    default:
      return "a number";
  }
}

void append_pretty(const Value& value, std::string& out, int level) {
  const auto new_line = [&](int depth) { out.append("\n").append(static_cast<std::size_t>(depth) * 2, ' '); };
  if (value.is_object() && !value.get_object().empty()) {
    out += '{';
    bool first = true;
    for (const auto& member : value.get_object()) {
      if (!std::exchange(first, false)) out += ',';
      new_line(level + 1);
      out += boost::json::serialize(member.key()) + ": ";
      append_pretty(member.value(), out, level + 1);
    }
    new_line(level);
    out += '}';
  } else if (value.is_array() && !value.get_array().empty()) {
    out += '[';
    bool first = true;
    for (const Value& element : value.get_array()) {
      if (!std::exchange(first, false)) out += ',';
      new_line(level + 1);
      append_pretty(element, out, level + 1);
    }
    new_line(level);
    out += ']';
  } else {
    out += value.is_double() ? scalar_text(value) : boost::json::serialize(value);
  }
}

// Boost.JSON keeps the last of two equal keys without a word; a user who wrote a key twice should hear of it.
// In text that is valid JSON each colon outside a string is one written member, so the two counts differ
// exactly when a key was dropped.
std::size_t count_members(const Value& value) {
  std::size_t count = 0;
  if (value.is_object()) {
    count += value.get_object().size();
    for (const auto& member : value.get_object()) count += count_members(member.value());
  } else if (value.is_array()) {
    for (const Value& element : value.get_array()) count += count_members(element);
  }
  return count;
}

std::size_t count_written_members(std::string_view text) {
  std::size_t count = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_string) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == '"')
        in_string = false;
    } else if (text[i] == '"') {
      in_string = true;
    } else if (text[i] == ':') {
      ++count;
    }
  }
  return count;
}

}  // namespace

const std::string kNameless = "(nameless)";  // NOLINT(readability-identifier-naming): as declared

Result<Value> parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  boost::system::error_code failure;
  Value value = boost::json::parse(text, failure, {}, options);
  if (failure) return fail(Code::invalid_argument, "not JSON: {}", failure.message());
  if (count_members(value) != count_written_members(text)) {
    return fail(Code::invalid_argument,
                "a key is written twice in the same JSON object; remove one of the two");
  }
  return value;
}

std::string dump(const Value& value) {
  return boost::json::serialize(value);
}

std::string dump_pretty(const Value& value) {
  std::string out;
  append_pretty(value, out, 0);
  return out;
}

std::string scalar_text(const Value& value) {
  return value.is_double() ? fmt::format("{}", value.get_double()) : boost::json::serialize(value);
}

std::string camel_case(std::string_view snake_case) {
  std::string out;
  out.reserve(snake_case.size());
  bool upper = false;
  for (const char c : snake_case) {
    if (c == '_') {
      upper = !out.empty();
    } else {
      out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
      upper = false;
    }
  }
  return out;
}

namespace mapping {

void append_text(std::string& text, std::string_view string) {
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; };
  if (!std::all_of(string.begin(), string.end(), is_plain)) {
    text += boost::json::serialize(boost::json::string_view(string.data(), string.size()));
    return;
  }
  text += '"';
  text += string;
  text += '"';
}

void append_text(std::string& text, const Value& value) {
  text += boost::json::serialize(value);
}

std::string join_pointer(const std::string& pointer, std::string_view name) {
  std::string out = pointer + "/";
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

tl::unexpected<Error> wrong_type(const std::string& pointer, std::string_view wanted, const Value& found) {
  return fail_field(pointer, "{} must be {}, not {}", pointer.empty() ? "the value" : pointer, wanted,
                    kind_name(found));
}

tl::unexpected<Error> unknown_field(const std::string& pointer, std::string_view name,
                                    const std::string& known) {
  const std::string field = join_pointer(pointer, name);
  return fail_field(field, "{} is not a known field; known here: {}", field, known);
}

tl::unexpected<Error> unknown_enumerator(const std::string& pointer, std::string_view name,
                                         const std::string& known) {
  return fail_field(pointer, "{} cannot be '{}'; use one of: {}", pointer.empty() ? "the value" : pointer,
                    name, known);
}

}  // namespace mapping
}  // namespace hanse::json
