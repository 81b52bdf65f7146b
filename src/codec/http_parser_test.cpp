#include "codec/http_parser.h"

#include <doctest/doctest.h>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace hanse::codec {
namespace {

// Feeds `text` as a network would that delivers `piece` bytes at a time; returns what was not taken.
template <class Head>
Result<std::string> feed_in_pieces(HttpParser<Head>& parser, std::string_view text, std::size_t piece) {
  std::string pending;
  while (!text.empty()) {
    pending += text.substr(0, piece);
    text.remove_prefix(std::min(piece, text.size()));
    for (;;) {
      auto taken = parser.feed(as_bytes(pending));
      if (!taken) return fail(taken.error());
      pending.erase(0, *taken);
      if (*taken == 0 || pending.empty() || parser.done()) break;
    }
    if (parser.done()) return pending + std::string(text);
  }
  return pending;
}

constexpr std::string_view kPut =
    "PUT /a?b=c HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nx-one: 2\r\nContent-Length: 5\r\n\r\nhelloGET / "
    "HTTP/1.1\r\n";
constexpr std::string_view kChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: "
    "t\r\n\r\n";

TEST_CASE("a request is read in pieces of any size, and no byte of the next") {
  for (const std::size_t piece : {1, 2, 10, 1000}) {
    CAPTURE(piece);
    RequestParser parser;
    CHECK(feed_in_pieces(parser, kPut, piece).value() == "GET / HTTP/1.1\r\n");
    CHECK(parser.done());
    CHECK(parser.head().method == "PUT");
    CHECK(parser.head().target == "/a?b=c");
    CHECK(parser.head().keep_alive);
    CHECK(parser.head().content_length == 5);
    CHECK(parser.head().headers.find("X-ONE") == "1");
    CHECK(parser.head().headers.size() == 4);
    CHECK(parser.take_body() == "hello");
  }
}

TEST_CASE("a chunked response is decoded and its trailer dropped") {
  for (const std::size_t piece : {1, 3, 1000}) {
    CAPTURE(piece);
    ResponseParser parser;
    CHECK(feed_in_pieces(parser, kChunked, piece).value().empty());
    CHECK(parser.done());
    CHECK(parser.head().chunked);
    CHECK(parser.head().headers.size() == 1);
    CHECK(parser.take_body() == "hello world");
  }
}

TEST_CASE("a chunked body of nothing may come in pieces of any size") {
  constexpr std::string_view kNothing =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  for (const std::string_view end : {"\r\n", "Trailer: t\r\n\r\n"}) {
    for (const std::size_t piece : {1, 2, 3, 4, 1000}) {
      CAPTURE(piece);
      RequestParser parser;
      CHECK(feed_in_pieces(parser, std::string(kNothing) + std::string(end) + "GET", piece).value() == "GET");
      CHECK(parser.done());
      CHECK(parser.take_body().empty());
    }
  }
}

TEST_CASE("a response without length ends with the stream, one with a length must not") {
  ResponseParser open;
  REQUIRE(feed_in_pieces(open, "HTTP/1.1 200 OK\r\n\r\nabc", 1));
  CHECK_FALSE(open.done());
  CHECK(open.feed_end());
  CHECK(open.take_body() == "abc");
  CHECK_FALSE(open.head().keep_alive);
  ResponseParser cut;
  REQUIRE(feed_in_pieces(cut, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", 1000));
  CHECK(cut.feed_end().error().code == Code::invalid_argument);
  RequestParser nothing;
  CHECK(nothing.feed_end().error().code == Code::invalid_argument);
}

TEST_CASE("a response to HEAD and a 101 have no body") {
  ResponseParser head;
  head.expect_no_body();
  CHECK(feed_in_pieces(head, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext", 1000).value() == "next");
  CHECK(head.done());
  ResponseParser switching;
  CHECK(feed_in_pieces(switching, "HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\nraw", 1000).value() == "raw");
  CHECK(switching.done());
}

TEST_CASE("a head over its limits is out_of_range") {
  for (const std::size_t piece : {100, 100'000}) {
    CAPTURE(piece);
    RequestParser bytes(HttpLimits{.header_bytes = 1000});
    const std::string large = "GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n";
    CHECK(feed_in_pieces(bytes, large, piece).error().code == Code::out_of_range);
    RequestParser target(HttpLimits{.header_bytes = 1000});
    const std::string long_target = "GET /" + std::string(2000, 'x') + " HTTP/1.1\r\n\r\n";
    CHECK(feed_in_pieces(target, long_target, piece).error().code == Code::out_of_range);
    RequestParser count(HttpLimits{.header_count = 3});
    const std::string many = "GET / HTTP/1.1\r\nA: 1\r\nA: 2\r\nA: 3\r\nA: 4\r\n\r\n";
    CHECK(feed_in_pieces(count, many, piece).error().code == Code::out_of_range);
  }
}

TEST_CASE("a body over its limit is resource_exhausted, announced or not") {
  RequestParser announced;
  REQUIRE(announced.feed(as_bytes(kPut)));
  REQUIRE(announced.head_done());
  CHECK(announced.set_body_limit(5));
  CHECK(announced.set_body_limit(4).error().code == Code::resource_exhausted);
  ResponseParser chunked;
  const std::size_t taken = chunked.feed(as_bytes(kChunked)).value();
  REQUIRE(chunked.set_body_limit(10));
  CHECK(chunked.feed(as_bytes(kChunked.substr(taken))).error().code == Code::resource_exhausted);
}

TEST_CASE("what is no HTTP is invalid_argument") {
  for (const std::string_view bad :
       {"hello\r\n\r\n", "GET / HTTP/3.0\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "GET  / HTTP/1.1\r\n\r\n", "PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "PUT / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "\x16\x03\x01\x02\x00\x01\xfc\x03\x03\r\n"}) {
    CAPTURE(bad);
    RequestParser parser;
    CHECK(feed_in_pieces(parser, bad, 1000).error().code == Code::invalid_argument);
  }
}

TEST_CASE("a chunk head without end does not fill the memory") {
  RequestParser parser;
  const std::string text =
      "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;" + std::string(100'000, 'x');
  CHECK_FALSE(feed_in_pieces(parser, text, 1000));
}

TEST_CASE("a serialised head is read back the same, and a value cannot add a header") {
  const RequestHead request{.method = "POST", .target = "/x", .headers = {{"Host", "h"}, {"A", "1\r\nB: 2"}}};
  RequestParser parser;
  REQUIRE(parser.feed(as_bytes(serialise(request))));
  CHECK(parser.head().method == "POST");
  CHECK(parser.head().headers == Headers{{"Host", "h"}, {"A", "1  B: 2"}});
  CHECK(serialise(ResponseHead{.status = 404}) == "HTTP/1.1 404 Not Found\r\n\r\n");
}

TEST_CASE("headers compare without regard to case and have tokens") {
  Headers headers{{"Connection", "keep-alive, Upgrade"}, {"a", "1"}, {"A", "2"}};
  CHECK(headers.has_token("connection", "upgrade"));
  CHECK_FALSE(headers.has_token("connection", "grade"));
  headers.set("a", "3");
  CHECK(headers == Headers{{"Connection", "keep-alive, Upgrade"}, {"a", "3"}});
  CHECK_FALSE(headers.contains("b"));
}

}  // namespace
}  // namespace hanse::codec
