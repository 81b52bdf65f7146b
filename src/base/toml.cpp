#include "base/toml.h"

#include <boost/json.hpp>
#include <toml++/toml.h>

#include "base/json_mapping.h"

namespace hanse::toml_text {
namespace {

class Converter {
 public:
  explicit Converter(Document& document) : document_(document) {}

  json::Value convert(const toml::node& node, const std::string& pointer) {
    document_.lines.emplace(pointer, static_cast<int>(node.source().begin.line));
    if (const toml::table* table = node.as_table()) {
      json::Object object;
      for (const auto& [key, value] : *table) {
        const std::string name = json::camel_case(key.str());
        object.emplace(name, convert(value, json::mapping::join_pointer(pointer, name)));
      }
      return object;
    }
    if (const toml::array* array = node.as_array()) {
      json::Array list;
      for (const toml::node& value : *array)
        list.push_back(convert(value, fmt::format("{}/{}", pointer, list.size())));
      return list;
    }
    if (const auto* text = node.as_string()) return json::Value(text->get());
    if (const auto* number = node.as_integer()) return json::Value(number->get());
    if (const auto* number = node.as_floating_point()) return json::Value(number->get());
    if (const auto* flag = node.as_boolean()) return json::Value(flag->get());
    return nullptr;  // dates and times, which no configuration of ours has: refused as of the wrong type
  }

 private:
  Document& document_;
};

// "/memberState" -> "member_state": the key as it is written in the file.
std::string key_of(std::string_view pointer) {
  std::string key;
  for (const char c : pointer.substr(pointer.empty() ? 0 : 1)) {
    if (c == '/') {
      key += '.';
    } else if (c >= 'A' && c <= 'Z') {
      key += '_';
      key += static_cast<char>(c - 'A' + 'a');
    } else {
      key += c;
    }
  }
  return key;
}

}  // namespace

Result<Document> parse(std::string_view text, const std::string& path) {
  try {
    const toml::table table = toml::parse(text, path);
    Document document;
    document.value = Converter(document).convert(table, "");
    return document;
  } catch (const toml::parse_error& error) {
    return fail(Code::invalid_argument, "{}:{}: not TOML: {}", path, error.source().begin.line,
                error.description());
  }
}

Error locate(const Error& error, const Document& document, const std::string& path) {
  if (error.sources.empty()) return Error{error.code, fmt::format("{}: {}", path, error.message)};
  const std::string& pointer = error.sources.front().pointer;
  const auto found = document.lines.find(pointer);
  const int line = found == document.lines.end() ? 1 : found->second;
  return Error{error.code, fmt::format("{}:{}: key '{}': {}", path, line, key_of(pointer), error.message)};
}

}  // namespace hanse::toml_text
