// Incremental parsers of HTTP/1.1 requests and responses, sans-IO, over Beast's parser. One parser reads one
// message.
//
// Use: feed() bytes until head_done(); set_body_limit(); feed() until done(), taking the body on the way.
// Bytes that feed() did not take are offered again, with more behind them; what is left when done() belongs
// to the next message, or to the protocol that the connection was upgraded to.
//
// Errors: invalid_argument for what is no HTTP (400), out_of_range for a head over its limits (431),
// resource_exhausted for a body over its limit (413).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "codec/http_head.h"

namespace hanse::codec {

struct HttpLimits {
  std::uint32_t header_bytes = 16 * 1024;
  std::size_t header_count = 100;
  std::uint64_t body_bytes = std::numeric_limits<std::uint64_t>::max();
};

template <class Head>
class HttpParser {
 public:
  // The longest piece that is taken whole: the head, or the head or trailer of a chunk. Offer at least so
  // much.
  static constexpr std::size_t kLongestPiece = 32 * 1024;

  explicit HttpParser(HttpLimits limits = {});
  ~HttpParser();
  HttpParser(HttpParser&&) noexcept;
  HttpParser& operator=(HttpParser&&) noexcept;

  // Returns the number of bytes taken. Stops behind the head, so that a limit for the body can be set.
  Result<std::size_t> feed(std::span<const std::byte> data);
  // The stream has ended. Errors: invalid_argument when the message has not.
  Status feed_end();

  bool started() const;
  bool head_done() const;
  bool done() const;
  // Requires: head_done().
  const Head& head() const;
  // Errors: resource_exhausted when the body is already known to be larger. Requires: head_done().
  Status set_body_limit(std::uint64_t bytes);
  // A response to HEAD has no body whatever its head says. Requires: nothing fed yet.
  void expect_no_body();
  // The decoded body since the last call.
  std::string take_body();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

using RequestParser = HttpParser<RequestHead>;
using ResponseParser = HttpParser<ResponseHead>;

}  // namespace hanse::codec
