#include "testbed/wan/control_request.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/support/no_chance.h"

namespace hanse::testbed {
namespace {

class NoSink final : public FrameSink {
 public:
  void deliver(std::size_t, FrameBytes) override {}
};

struct ControlRequestFixture {
  test::NoChance random;
  NoSink sink;
  WanSwitch wan{{"a", "b"}, sink, random};
  std::string error_of(const std::string& line) {
    return std::string(json::parse(answer_control_line(wan, line))->at("error").as_string());
  }
};

TEST_CASE("a control line changes both directions and leaves out what it does not name") {
  ControlRequestFixture test;
  CHECK(test.error_of(R"({"pair":["a","b"],"delayMs":10,"mbit":200,"lossPercent":1.5})").empty());
  CHECK(test.error_of(R"({"pair":["b","a"],"cut":true})").empty());
  for (const auto& [from, to] : {std::pair(0, 1), std::pair(1, 0)}) {
    const LinkParameters& link = test.wan.link(static_cast<std::size_t>(from), static_cast<std::size_t>(to));
    CHECK(link.delay == Millis{10});
    CHECK(link.bits_per_second == 200'000'000);
    CHECK(link.loss == doctest::Approx(0.015));
    CHECK(link.cut);
  }
}

TEST_CASE("a wrong control line is answered with its error and changes nothing") {
  ControlRequestFixture test;
  const LinkParameters before = test.wan.link(0, 1);
  for (const char* line : {"", "{", "[]", "1", R"({"pair":["a"]})", R"({"pair":["a","a"],"delayMs":1})",
                           R"({"pair":["a","x"],"delayMs":1})", R"({"pair":["a","b"],"delayMs":-1})",
                           R"({"pair":["a","b"],"delayMs":1e300})", R"({"pair":["a","b"],"mbit":1e300})",
                           R"({"pair":["a","b"],"mbit":-1})", R"({"pair":["a","b"],"lossPercent":101})",
                           R"({"pair":["a","b"],"jitterMs":1})", R"({"pair":["a","b"],"speed":1})",
                           R"({"pair":["a","b"],"queueBytes":-1})", R"({"statistics":false})"})
    CHECK_MESSAGE(!test.error_of(line).empty(), line);
  CHECK(test.wan.link(0, 1) == before);
}

TEST_CASE("statistics tell of each direction") {
  ControlRequestFixture test;
  CHECK(test.error_of(R"({"pair":["a","b"],"delayMs":10})").empty());
  const json::Value answer = *json::parse(answer_control_line(test.wan, R"({"statistics":true})"));
  const ControlAnswer read = *json::from_json<ControlAnswer>(answer);
  CHECK(read.links.size() == 2);
  CHECK(read.links[0].from == "a");
  CHECK(read.links[1].from == "b");
  CHECK(read.links[1].delay_ms == 10);
}

TEST_CASE("options need a socket and at least two ports") {
  CHECK(parse_wan_options(R"({"controlSocket":"/s","ports":[{"name":"a"},{"name":"b"}]})").has_value());
  CHECK_FALSE(parse_wan_options(R"({"ports":[{"name":"a"},{"name":"b"}]})").has_value());
  CHECK_FALSE(parse_wan_options(R"({"controlSocket":"/s","ports":[{"name":"a"}]})").has_value());
  CHECK_FALSE(parse_wan_options(R"({"controlSocket":"/s","prefixLength":31,"ports":[{},{}]})").has_value());
}

}  // namespace
}  // namespace hanse::testbed
