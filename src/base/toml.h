// Configuration files: TOML read into a described struct. Keys are snake_case as the members are; unknown
// keys and wrong types are refused with file, line, key and remedy.
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hanse::toml_text {

// A TOML document as JSON with camelCase names, and where each value stands: JSON pointer -> line.
struct Document {
  json::Value value;
  std::map<std::string, int> lines;
};

// Errors: invalid_argument with "path:line: ".
Result<Document> parse(std::string_view text, const std::string& path);

// The error of reading or checking a document, with its place in the file in front.
Error locate(const Error& error, const Document& document, const std::string& path);

template <class T>
Result<T> read(std::string_view text, const std::string& path) {
  HANSE_TRY(const Document document, parse(text, path));
  Result<T> object = json::from_json<T>(document.value);
  if (!object) return fail(locate(object.error(), document, path));
  return object;
}

}  // namespace hanse::toml_text
