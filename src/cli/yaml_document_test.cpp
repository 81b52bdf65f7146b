#include "cli/yaml_document.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "base/json.h"

namespace hanse::cli {
namespace {

std::string value_of(std::string_view text) {
  const auto documents = read_yaml("f.yaml", text);
  REQUIRE(documents.has_value());
  REQUIRE(documents->size() == 1);
  return json::dump(documents->front().value);
}

std::string refusal_of(std::string_view text) {
  const auto documents = read_yaml("f.yaml", text);
  REQUIRE_FALSE(documents.has_value());
  CHECK(documents.error().code == Code::invalid_argument);
  return documents.error().message;
}

TEST_CASE("scalars follow the core schema") {
  CHECK(value_of("[1, -2, 0x10, 0o17, 1.5, 1e3]") == "[1,-2,16,15,1.5E0,1E3]");
  CHECK(value_of("[true, False, null, ~]") == "[true,false,null,null]");
  CHECK(value_of("[NO, yes, '1', \"true\", 10.0.0.1, 2026-01-01, !!str 5]") ==
        R"(["NO","yes","1","true","10.0.0.1","2026-01-01","5"])");
  CHECK(value_of("a: |\n  one\n  two\n") == R"({"a":"one\ntwo\n"})");
}

TEST_CASE("every field has a position") {
  const auto documents = read_yaml("f.yaml", "a:\n  b: [1, 2]\n---\nc:\n  - d: x\n");
  REQUIRE(documents.has_value());
  REQUIRE(documents->size() == 2);
  CHECK(position_of((*documents)[0], "/a/b/1") == Position{2, 10});
  CHECK(position_of((*documents)[1], "/c/0/d") == Position{5, 8});
  CHECK(position_of((*documents)[1], "/c/0/unwritten/below") == Position{5, 5});
}

TEST_CASE("documents without content are left out") {
  const auto documents = read_yaml("f.yaml", "---\n# nothing\n---\na: 1\n---\n");
  REQUIRE(documents.has_value());
  CHECK(documents->size() == 1);
}

TEST_CASE("a key written twice is refused where it is written again") {
  CHECK(refusal_of("a: 1\nb:\n  c: 1\n  c: 2\n") ==
        "f.yaml:4:3: the key 'c' is written twice, first in line 3; remove one of the two");
}

TEST_CASE("text that is no YAML is refused with its place") {
  CHECK(refusal_of("a: [1, 2\nb: 3\n").starts_with("f.yaml:"));
  CHECK(refusal_of("a: 1\n b: 2\n").starts_with("f.yaml:2:"));
  CHECK(refusal_of("\ta: 1\n").find("not YAML") != std::string::npos);
}

TEST_CASE("aliases are written out up to a limit") {
  CHECK(value_of("a: &x {b: 1}\nc: *x\n") == R"({"a":{"b":1},"c":{"b":1}})");
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += fmt::format("a{0}: &a{0} [", i);
    for (int j = 0; j < 10; ++j) bomb += fmt::format("{}*a{}", j == 0 ? "" : ",", i - 1);
    bomb += "]\n";
  }
  CHECK(refusal_of(bomb).find("aliases") != std::string::npos);
  CHECK(refusal_of("a: &x [*x]\n").find("inside its own anchor") != std::string::npos);
  CHECK(refusal_of("a: *nowhere\n").starts_with("f.yaml:1:"));
}

TEST_CASE("sizes are bounded") {
  CHECK(refusal_of(std::string(10 << 20, 'a')).find("larger than 1024 KiB") != std::string::npos);
  CHECK(refusal_of(std::string(100, '[') + std::string(100, ']')).find("32 levels") != std::string::npos);
  CHECK(refusal_of(std::string(1 << 20, '[')).starts_with("f.yaml:1:"));
  std::string many;
  for (std::size_t i = 0; i <= kMaxNodes; ++i) many += "- 1\n";
  CHECK(refusal_of(many).find("more than 20000 values") != std::string::npos);
}

TEST_CASE("tags, keys that are no text and numbers out of range are refused") {
  CHECK(refusal_of("a: !!binary aGk=\n").find("tag") != std::string::npos);
  CHECK(refusal_of("[a, b]: 1\n").find("must be a text") != std::string::npos);
  CHECK(refusal_of("a: 99999999999999999999\n").find("too large") != std::string::npos);
}

}  // namespace
}  // namespace hanse::cli
