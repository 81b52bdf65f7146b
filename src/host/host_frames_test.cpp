#include "host/host_frames.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "host/outgoing_frames.h"
#include "tests/support/http_service.h"

namespace hanse::host {
namespace {

TEST_CASE("what is no UTF-8 becomes question marks, byte for byte") {
  const std::string good = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x9A\xA2\xED\x9F\xBF\xF4\x8F\xBF\xBF";
  CHECK(readable(good) == good);
  CHECK(readable("a\xFFz") == "a?z");
  CHECK(readable("\xC0\xAF") == "??");            // overlong
  CHECK(readable("\xE0\x9F\xBF") == "???");       // overlong
  CHECK(readable("\xED\xA0\x80") == "???");       // surrogate
  CHECK(readable("\xF4\x90\x80\x80") == "????");  // beyond the last character
  CHECK(readable("\xE2\x82") == "??");
  CHECK(readable("\xE2z\x82") == "?z?");
}

TEST_CASE("a character that is cut off at the end is seen") {
  CHECK(cut_off_bytes("") == 0);
  CHECK(cut_off_bytes("abc") == 0);
  CHECK(cut_off_bytes("a\xC3\xA4") == 0);
  CHECK(cut_off_bytes("a\xC3") == 1);
  CHECK(cut_off_bytes("a\xE2\x82") == 2);
  CHECK(cut_off_bytes("a\xF0\x9F\x9A") == 3);
  CHECK(cut_off_bytes("a\x82\x82\x82\x82") == 0);
}

TEST_CASE("any bytes of a guest come through as a frame that can be read") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const auto bytes = encode(model::HostFrame::response, to_json(model::HostResponse{.id = 1, .text = all}));
  REQUIRE(bytes);
  codec::FrameDecoder decoder;
  decoder.feed(as_bytes(*bytes));
  const auto frame = decoder.next().value();
  REQUIRE(frame);
  const auto read = json::from_json<model::HostResponse>(json::parse(frame->payload).value());
  REQUIRE(read);
  CHECK(read->text == readable(all));
}

TEST_CASE("of two unsent states of one machine the newer is sent, in the place of the older") {
  OutgoingFrames frames;
  frames.add({.uid = "m1", .generation = 1});
  frames.add({.uid = "m2", .generation = 1});
  frames.add({.uid = "m1", .generation = 2});
  CHECK(frames.next().value().value().find("\"uid\":\"m1\",\"generation\":2") != std::string::npos);
  CHECK(frames.next().value().value().find("\"uid\":\"m2\"") != std::string::npos);
  CHECK_FALSE(frames.next().value());
}

TEST_CASE("answers go first and have a bound") {
  OutgoingFrames frames;
  frames.add({.uid = "m1"});
  for (std::size_t i = 0; i < kMaxResponses; ++i) CHECK(frames.add(model::HostResponse{}));
  CHECK_FALSE(frames.add(model::HostResponse{}));
  for (std::size_t i = 0; i < kMaxResponses; ++i)
    CHECK(frames.next().value().value()[4] == static_cast<char>(model::HostFrame::response));
  CHECK(frames.next().value().value()[4] == static_cast<char>(model::HostFrame::observed));
}

TEST_CASE("a state that is too large for a frame is dropped and does not hold up the others") {
  OutgoingFrames frames;
  frames.add({.uid = "m1", .error = std::string(codec::kFrameLimit, 'x')});
  frames.add({.uid = "m2"});
  CHECK(frames.next().error().code == Code::resource_exhausted);
  CHECK(frames.next().value().value().find("m2") != std::string::npos);
}

}  // namespace
}  // namespace hanse::host
