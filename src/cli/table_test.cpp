#include "cli/table.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "base/json.h"
#include "cli/yaml_document.h"
#include "cli/yaml_text.h"

namespace hanse::cli {
namespace {

TEST_CASE("columns are as wide as their widest cell") {
  CHECK(render({{"NAME", "STATE"}, {{"a", "active"}, {"long-name", ""}}}) ==
        "NAME       STATE\na          active\nlong-name\n");
  CHECK(render({{"N", "S"}, {{"\xc3\xa4\xc3\xb6", "x"}}}, 2) == "  N   S\n  \xc3\xa4\xc3\xb6  x\n");
}

TEST_CASE("YAML that is written is read back as the same value") {
  const auto value = json::parse(
      R"({"a":1,"b":[],"c":{},"d":[{"x":"10","y":"true","z":""},[1.5,null,false]],
          "text":"one\ntwo\n","trailing":"one\n\n ","odd":"- a: b #c","quote":"\"'","tab":"a\tb","word":"plain"})");
  REQUIRE(value.has_value());
  const std::string text = yaml_text(*value);
  const auto documents = read_yaml("f.yaml", text);
  REQUIRE_MESSAGE(documents.has_value(), text);
  CHECK_MESSAGE(documents->front().value == *value, text);
  CHECK(text.find("word: plain\n") != std::string::npos);
}

}  // namespace
}  // namespace hanse::cli
