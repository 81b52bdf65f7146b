// YAML text as JSON values that remember where each field was written, so that a fault found later in the
// value can be shown in the file.
//
// Strict: a key written twice, a tag, a key that is no text, nesting beyond json::kMaxDepth and aliases that
// would grow the document beyond kMaxNodes are refused. Plain scalars follow YAML 1.2's core schema, so NO
// is a text. Pure. Failure: invalid_argument; the message begins with "<file>:<line>:<column>: ".
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hanse::cli {

// Counted from 1, as editors do.
struct Position {
  int line = 1;
  int column = 1;
  bool operator==(const Position&) const = default;
};

struct YamlDocument {
  boost::json::value value;
  std::map<std::string, Position> positions;  // by JSON pointer; "" is the document itself
};

// Documents without content are left out. Errors: invalid_argument, also when the text is longer than
// kMaxFile.
Result<std::vector<YamlDocument>> read_yaml(const std::string& file, std::string_view text);

// The position of a field, or of the nearest one around it that was written.
Position position_of(const YamlDocument& document, std::string pointer);

inline constexpr std::size_t kMaxFile = 1 << 20;
inline constexpr std::size_t kMaxNodes = 20'000;  // of one file, with aliases written out
inline constexpr std::size_t kMaxKey = 128;
inline constexpr std::size_t kMaxDocuments = 1'000;

}  // namespace hanse::cli
