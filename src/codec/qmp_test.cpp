#include "codec/qmp.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace hanse::codec {
namespace {

constexpr const char* kGreeting =
    R"({"QMP": {"version": {"qemu": {"micro": 2, "minor": 0, "major": 10}, "package": "x"}, "capabilities": ["oob"]}})"
    "\r\n";

std::vector<QmpMessage> decode(std::string_view bytes) {
  QmpDecoder decoder;
  std::vector<QmpMessage> out;
  REQUIRE(decoder.feed(bytes, out));
  return out;
}

TEST_CASE("a greeting tells the version") {
  const auto messages = decode(kGreeting);
  REQUIRE(messages.size() == 1);
  const auto& greeting = std::get<QmpGreeting>(messages[0]);
  CHECK(greeting.major == 10);
  CHECK(greeting.micro == 2);
  CHECK(greeting.out_of_band);
}

TEST_CASE("replies carry the command's number, and QEMU's own words when it refuses") {
  const auto messages = decode(
      "{\"return\": {\"running\": true}, \"id\": 7}\n"
      "{\"error\": {\"class\": \"DeviceNotFound\", \"desc\": \"Device 'x' not found\"}, \"id\": 8}\n");
  REQUIRE(messages.size() == 2);
  const auto& good = std::get<QmpReply>(messages[0]);
  CHECK(good.id == 7);
  CHECK(good.result.value().at("running") == true);
  const auto& bad = std::get<QmpReply>(messages[1]);
  CHECK(bad.result.error() == Error{Code::not_found, "Device 'x' not found"});
}

TEST_CASE("an event may come in pieces of any size and carries QEMU's time") {
  const std::string line =
      R"({"timestamp": {"seconds": 1700000000, "microseconds": 250000}, "event": "STOP"})"
      "\n";
  QmpDecoder decoder;
  std::vector<QmpMessage> out;
  for (const char c : line) REQUIRE(decoder.feed({&c, 1}, out));
  REQUIRE(out.size() == 1);
  const auto& event = std::get<QmpEvent>(out[0]);
  CHECK(event.name == "STOP");
  CHECK(event.since_epoch == Nanos(Millis{1'700'000'000'250}));
}

TEST_CASE("an event whose time cannot be has none") {
  for (const char* stamp :
       {R"({"seconds": -1, "microseconds": -1})", R"({"seconds": 17100000000000005, "microseconds": 0})",
        R"({"seconds": 1700000000, "microseconds": -5})",
        R"({"seconds": 1700000000, "microseconds": 1000000})"}) {
    std::vector<QmpMessage> out;
    const std::string line = std::string(R"({"event": "STOP", "timestamp": )") + stamp + "}\n";
    REQUIRE(QmpDecoder().feed(line, out));
    CHECK_FALSE(std::get<QmpEvent>(out.at(0)).since_epoch);
  }
}

TEST_CASE("what is no QMP is refused") {
  for (const char* bad : {"hello\n", "[]\n", "{\"id\": 1}\n", "{\"return\": {}\n"}) {
    QmpDecoder decoder;
    std::vector<QmpMessage> out;
    const Status status = decoder.feed(bad, out);
    REQUIRE_FALSE(status);
    CHECK(status.error().code == Code::data_loss);
  }
}

TEST_CASE("a line without end is refused before it fills the memory") {
  QmpDecoder decoder;
  std::vector<QmpMessage> out;
  REQUIRE(decoder.feed(std::string(kMaxQmpLine, 'x'), out));
  CHECK(decoder.feed("x", out).error().code == Code::resource_exhausted);
}

TEST_CASE("commands are one line") {
  CHECK(encode_qmp_command("cont", {}, 3, QmpUrgency::in_order) == "{\"execute\":\"cont\",\"id\":3}\n");
  CHECK(encode_qmp_command("yank", {{"a", 1}}, 4, QmpUrgency::out_of_band) ==
        "{\"exec-oob\":\"yank\",\"id\":4,\"arguments\":{\"a\":1}}\n");
}

}  // namespace
}  // namespace hanse::codec
