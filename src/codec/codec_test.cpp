#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "codec/frames.h"
#include "codec/server_sent_events.h"
#include "codec/url.h"

namespace hanse::codec {
namespace {

std::vector<ServerSentEvent> decode_in_pieces(std::string_view text, std::size_t piece) {
  EventDecoder decoder;
  std::vector<ServerSentEvent> out;
  for (std::size_t i = 0; i < text.size(); i += piece) {
    REQUIRE(decoder.feed(text.substr(i, piece)));
    while (auto event = decoder.next()) out.push_back(*event);
  }
  return out;
}

TEST_CASE("an event survives its encoding, in pieces of any size") {
  const ServerSentEvent event{"17", "put", "{\"a\":1}\nsecond line\n"};
  const ServerSentEvent bare{"17", "", "x"};
  const std::string text =
      encode_event(event) + encode_event_comment("still here") + encode_event({"", "", "x"});
  for (const std::size_t piece : {1, 2, 3, 7, 1000}) {
    CAPTURE(piece);
    CHECK(decode_in_pieces(text, piece) == std::vector{event, bare});
  }
}

TEST_CASE("an id or event name cannot smuggle in a field") {
  const auto events = decode_in_pieces(encode_event({"1\ndata: evil", "a\r\nid: 9", "good"}), 1000);
  REQUIRE(events.size() == 1);
  CHECK(events[0].data == "good");
  CHECK(events[0].event == "a  id: 9");
}

TEST_CASE("all line endings, a byte order mark, comments and unknown fields are read as the standard says") {
  const std::string text =
      "\xEF\xBB\xBF"
      "data:a\r\r: note\rretry: 5\rdata:  b\r\ndata\r\n\r\nid: 3\n\ndata: c\n\n";
  const std::vector<ServerSentEvent> expected = {{"", "", "a"}, {"", "", " b\n"}, {"3", "", "c"}};
  CHECK(decode_in_pieces(text, 1) == expected);
  CHECK(decode_in_pieces(text, 1000) == expected);
}

TEST_CASE("an event over the limit is refused, in one line or in many") {
  EventDecoder one_line(10);
  CHECK(one_line.feed("data: 0123456789").error().code == Code::resource_exhausted);
  EventDecoder many_lines(10);
  CHECK(many_lines.feed("data: 123\ndata: 456\ndata: 789\n").error().code == Code::resource_exhausted);
}

TEST_CASE("frames survive their encoding, in pieces of any size") {
  const std::vector<Frame> frames = {{1, 1, "hello"}, {255, 2, ""}, {0, 1, std::string(70'000, 'x')}};
  std::string text;
  for (const Frame& frame : frames) text += encode_frame(frame).value();
  for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, std::size_t{4096}, text.size()}) {
    CAPTURE(piece);
    FrameDecoder decoder;
    std::vector<Frame> out;
    for (std::size_t i = 0; i < text.size(); i += piece) {
      decoder.feed(as_bytes(std::string_view(text).substr(i, piece)));
      while (auto frame = decoder.next().value()) out.push_back(*frame);
    }
    CHECK(out == frames);
    CHECK(decoder.empty());
  }
}

TEST_CASE("frames that are read into their place are the same, in pieces of any size") {
  const std::vector<Frame> frames = {
      {1, 1, "hello"}, {2, 1, std::string(70'000, 'x')}, {255, 2, ""}, {0, 1, std::string(200'000, 'y')}};
  std::string text;
  for (const Frame& frame : frames) text += encode_frame(frame).value();
  for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, std::size_t{4096}, text.size()}) {
    CAPTURE(piece);
    FrameDecoder decoder;
    std::vector<Frame> out;
    for (std::size_t i = 0; i < text.size();) {
      // A place that is not used after all changes nothing.
      (void)decoder.room(100);
      const auto place = decoder.room(1000);
      const std::size_t count = std::min({piece, place.size(), text.size() - i});
      std::ranges::copy(as_bytes(std::string_view(text).substr(i, count)), place.begin());
      decoder.took(count);
      i += count;
      while (auto frame = decoder.next().value()) out.push_back(*frame);
    }
    CHECK(out == frames);
    CHECK(decoder.empty());
  }
}

TEST_CASE("a large frame over the limit gets no place") {
  FrameDecoder decoder(100'000);
  const auto place = decoder.room(6);
  std::ranges::copy(as_bytes(std::string_view("\0\2\0\0\1\1", 6)), place.begin());
  decoder.took(6);
  CHECK(decoder.next().error().code == Code::resource_exhausted);
  CHECK(decoder.room(6).size() == 6);
}

TEST_CASE("the layout of a frame is fixed") {
  CHECK(encode_frame({7, 2, "ab"}).value() == std::string("\0\0\0\2\7\2ab", 8));
}

TEST_CASE("a frame over the limit is refused by its head alone, on both sides") {
  FrameDecoder decoder;
  decoder.feed(as_bytes(std::string_view("\x7f\0\0\0\1\1", 6)));
  CHECK(decoder.next().error().code == Code::resource_exhausted);
  CHECK_FALSE(decoder.empty());
  CHECK(encode_frame({1, 1, std::string(kFrameLimit + 1, 'x')}).error().code == Code::resource_exhausted);
}

TEST_CASE("a target is split and decoded") {
  const Target target = parse_target("/a%20b/c%2Fd/?limit=5&labels=a%3Db&flag&text=x+y&limit=6").value();
  CHECK(target.path == "/a%20b/c%2Fd/");
  CHECK(target.segments == std::vector<std::string>{"a b", "c/d", ""});
  CHECK(target.query == Query{{"limit", "6"}, {"labels", "a=b"}, {"flag", ""}, {"text", "x y"}});
  CHECK(parse_target("/").value().segments.empty());
  CHECK(parse_target("//").value().segments == std::vector<std::string>{"", ""});
  CHECK(parse_target("/a//b").value().segments == std::vector<std::string>{"a", "", "b"});
}

TEST_CASE("a bad target is refused") {
  std::string deep;
  for (std::size_t i = 0; i <= kMaxSegments; ++i) deep += "/a";
  for (const std::string& bad :
       {std::string(), std::string("a"), std::string("*"), std::string("/%zz"), std::string("/a b"),
        std::string("/%00"), std::string("http://x/"), std::string("/./"), std::string("/a/../b"),
        std::string("/%2e%2E/x"), deep}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_target(bad));
  }
}

TEST_CASE("an https URL is split, and what is none is refused") {
  const HttpsUrl url = parse_https_url("https://login.example.org:8443/a%20b/keys?x=1").value();
  CHECK(url.host == "login.example.org");
  CHECK(url.port == 8443);
  CHECK(url.target == "/a%20b/keys?x=1");
  CHECK(parse_https_url("https://example.org").value().target == "/");
  CHECK(parse_https_url("https://example.org").value().port == 443);
  CHECK(parse_https_url("https://[2001:db8::7]/k").value().host == "2001:db8::7");
  for (const char* bad :
       {"", "http://example.org/", "https:///keys", "https://user@example.org/", "//example.org/",
        "https://example.org/#x", "https://example.org:0/", "https://exa mple.org/"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_https_url(bad));
  }
}

TEST_CASE("what is joined and encoded is read back the same") {
  const std::vector<std::string> segments = {"a b", "c/d", "ü?#%", "~x"};
  const Query query = {{"labels", "a=b,c&d"}, {"q+", "1 2"}};
  const Target target = parse_target(join_path(segments) + encode_query(query)).value();
  CHECK(target.segments == segments);
  CHECK(target.query == query);
  CHECK(join_path({}) == "/");
  CHECK(encode_query({}).empty());
}

}  // namespace
}  // namespace hanse::codec
