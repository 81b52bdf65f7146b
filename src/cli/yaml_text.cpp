#include "cli/yaml_text.h"

#include <boost/json.hpp>
#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>
#include <yaml-cpp/null.h>
#include <yaml-cpp/ostream_wrapper.h>
#include <yaml-cpp/stlemitter.h>

#include "base/json.h"
#include "cli/yaml_scalar.h"

namespace hanse::cli {
namespace {

namespace json = boost::json;

// Whether a literal block, which ends with exactly one line feed, holds the text unchanged.
bool fits_block(const std::string& text) {
  return text.size() > 1 && text.ends_with('\n') && !text.ends_with("\n\n") && text.front() != ' ' &&
         text.front() != '\n' && text.find_first_of("\t\r") == std::string::npos;
}

// A text that would be read as something else, like 10 or true, is quoted; several lines become a block.
void emit_text(YAML::Emitter& emitter, const std::string& text) {
  const Result<json::value> plain = read_scalar("?", text);
  if (fits_block(text))
    emitter << YAML::Literal;
  else if (!plain || !plain->is_string() || text.find('\n') != std::string::npos)
    emitter << YAML::DoubleQuoted;
  emitter << text;
}

void emit(YAML::Emitter& emitter, const json::value& value) {
  if (value.is_object()) {
    if (value.get_object().empty()) emitter << YAML::Flow;
    emitter << YAML::BeginMap;
    for (const auto& member : value.get_object()) {
      emitter << YAML::Key;
      emit_text(emitter, std::string(member.key()));
      emitter << YAML::Value;
      emit(emitter, member.value());
    }
    emitter << YAML::EndMap;
  } else if (value.is_array()) {
    if (value.get_array().empty()) emitter << YAML::Flow;
    emitter << YAML::BeginSeq;
    for (const json::value& element : value.get_array()) emit(emitter, element);
    emitter << YAML::EndSeq;
  } else if (value.is_string()) {
    emit_text(emitter, std::string(value.get_string()));
  } else if (value.is_null()) {
    emitter << YAML::Null;
  } else {
    emitter << hanse::json::scalar_text(value);
  }
}

}  // namespace

std::string yaml_text(const json::value& value) {
  YAML::Emitter emitter;
  emit(emitter, value);
  return std::string(emitter.c_str()) + "\n";
}

}  // namespace hanse::cli
