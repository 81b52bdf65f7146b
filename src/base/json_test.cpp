#include "base/json.h"

#include <boost/json.hpp>
#include <cstdint>
#include <doctest/doctest.h>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_mapping.h"
#include "base/units.h"

namespace hanse {
namespace {

enum class Colour { deep_red, blue };
BOOST_DESCRIBE_ENUM(Colour, deep_red, blue)

struct Inner {
  std::int32_t small_number = 7;
  bool operator==(const Inner&) const = default;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (small_number))
HANSE_DECLARE_JSON(Inner);

struct Outer {
  std::string name;
  std::optional<MiB> memory_size;
  Colour colour = Colour::blue;
  std::vector<Inner> parts;
  std::map<std::string, std::string> labels;
  bool operator==(const Outer&) const = default;
};
BOOST_DESCRIBE_STRUCT(Outer, (), (name, memory_size, colour, parts, labels))
HANSE_DECLARE_JSON(Outer);

HANSE_DEFINE_JSON(Inner)
HANSE_DEFINE_JSON(Outer)

Error error_of(std::string_view text) {
  const auto result = json::from_json<Outer>(json::parse(text).value());
  REQUIRE_FALSE(result);
  return result.error();
}

TEST_CASE("a described struct survives a round trip") {
  const Outer outer{"a", MiB{64}, Colour::deep_red, {{1}, {2}}, {{"tier", "edge"}}};
  const json::Value value = to_json(outer);
  CHECK(
      json::dump(value) ==
      R"({"name":"a","memorySize":64,"colour":"deepRed","parts":[{"smallNumber":1},{"smallNumber":2}],"labels":{"tier":"edge"}})");
  CHECK(json::from_json<Outer>(value).value() == outer);
}

struct Everything {
  std::string text;
  bool truth = false;
  std::int64_t least = 0;
  std::uint64_t most = 0;
  double share = 0;
  std::optional<Inner> nothing;
  std::vector<std::optional<Colour>> colours;
  std::map<std::string, Inner> named;
  json::Object free;
};
BOOST_DESCRIBE_STRUCT(Everything, (), (text, truth, least, most, share, nothing, colours, named, free))
HANSE_DECLARE_JSON(Everything);
HANSE_DEFINE_JSON(Everything)

TEST_CASE("the text that is written at once is that of the tree") {
  Everything everything{.text = "a \"b\" \\ \n\t\x01 \x7f \xc3\xa4 </",
                        .truth = true,
                        .least = std::numeric_limits<std::int64_t>::min(),
                        .most = std::numeric_limits<std::uint64_t>::max(),
                        .share = 0.15,
                        .colours = {Colour::deep_red, std::nullopt},
                        .named = {{"x\"", {1}}, {"y", {2}}}};
  everything.free.emplace("inner", json::Object{{"a", 1.5}});
  for (const Everything& one : {Everything(), everything}) {
    CHECK(json::to_text(one) == json::dump(to_json(one)));
    const auto read = json::from_json<Everything>(json::parse(json::to_text(one)).value());
    REQUIRE(read);
    CHECK(json::to_text(*read) == json::to_text(one));
  }
}

TEST_CASE("an absent field keeps its default and an empty optional is left out") {
  CHECK(json::from_json<Outer>(json::parse(R"({"parts":[{}]})").value()).value().parts.at(0).small_number ==
        7);
  CHECK_FALSE(to_json(Outer{}).as_object().contains("memorySize"));
}

TEST_CASE("errors name the field") {
  CHECK(error_of(R"({"nam":"x"})").sources.at(0).pointer == "/nam");
  CHECK(error_of(R"({"parts":[{"smallNumber":"x"}]})").sources.at(0).pointer == "/parts/0/smallNumber");
  CHECK(error_of(R"({"parts":[{"smallNumber":5000000000}]})").sources.at(0).pointer ==
        "/parts/0/smallNumber");
  CHECK(error_of(R"({"colour":"green"})").message == "/colour cannot be 'green'; use one of: deepRed, blue");
  CHECK(error_of(R"({"labels":{"a/b":1}})").sources.at(0).pointer == "/labels/a~1b");
}

TEST_CASE("text that is not one JSON value is refused") {
  CHECK_FALSE(json::parse(""));
  CHECK_FALSE(json::parse("{"));
  CHECK_FALSE(json::parse("{} {}"));
  CHECK_FALSE(json::parse(R"({"a":1,"a":2})"));
  CHECK_FALSE(json::parse(std::string(40, '[') + std::string(40, ']')));
  CHECK(json::parse(R"({"a":"x:\":","b":[{"c":1}]} )"));
}

}  // namespace
}  // namespace hanse
