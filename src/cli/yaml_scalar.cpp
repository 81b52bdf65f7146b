#include "cli/yaml_scalar.h"

#include <boost/json.hpp>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hanse::cli {
namespace {

bool is_number_start(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('.')) text.remove_prefix(1);
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

template <class Number, class... Base>
std::optional<Number> whole(std::string_view text, Base... base) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base...);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<boost::json::value> read_number(const std::string& written) {
  std::string_view text = written;
  if (text.starts_with("0x")) {
    if (const auto number = whole<std::int64_t>(text.substr(2), 16)) return boost::json::value(*number);
    return boost::json::value(written);
  }
  if (text.starts_with("0o")) {
    if (const auto number = whole<std::int64_t>(text.substr(2), 8)) return boost::json::value(*number);
    return boost::json::value(written);
  }
  if (text.starts_with('+')) text.remove_prefix(1);
  if (const auto number = whole<std::int64_t>(text)) return boost::json::value(*number);
  if (text.find_first_not_of("-0123456789") == std::string_view::npos && text.rfind('-') + 1 <= 1) {
    return fail(Code::invalid_argument, "the number {} is too large; the largest is 9223372036854775807",
                written.substr(0, 40));
  }
  if (const auto number = whole<double>(text)) return boost::json::value(*number);
  return boost::json::value(written);  // "1.2.3", "10.0.0.1/8", "2026-01-01": texts
}

}  // namespace

Result<boost::json::value> read_scalar(const std::string& tag, const std::string& text) {
  constexpr std::string_view kCore = "tag:yaml.org,2002:";
  if (tag == "!" || tag == std::string(kCore) + "str") return boost::json::value(text);
  if (tag != "?" && !tag.empty()) {
    return fail(Code::invalid_argument, "the tag '{}' is not supported; write the plain value",
                tag.substr(0, 64));
  }
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
    return boost::json::value(nullptr);
  if (text == "true" || text == "True" || text == "TRUE") return boost::json::value(true);
  if (text == "false" || text == "False" || text == "FALSE") return boost::json::value(false);
  if (is_number_start(text)) return read_number(text);
  return boost::json::value(text);
}

}  // namespace hanse::cli
