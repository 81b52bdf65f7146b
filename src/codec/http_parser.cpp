#include "codec/http_parser.h"

#include <boost/beast/core/error.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace hanse::codec {
namespace {

namespace beast = boost::beast;
using beast::http::error;

enum class Excess { none, headers, body };

// The end of a chunked message. Beast 1.74 asserts that it has so much of it when it looks at the header of
// the last chunk again, which it has seen before and not taken.
constexpr std::size_t kChunkedEnd = 5;  // "0\r\n\r\n"

// Receives what Beast's parser finds and keeps it in plain structs. The limits on count and body are ours, so
// that the body's can be set when the head is known.
template <class Head>
class Collector final : public beast::http::basic_parser<std::is_same_v<Head, RequestHead>> {
 public:
  explicit Collector(HttpLimits limits) : limits_(limits) {
    this->header_limit(limits.header_bytes);
    this->body_limit(boost::none);
  }

  Head head;
  std::string body;
  bool finished = false;
  Excess excess = Excess::none;

  Status set_body_limit(std::uint64_t bytes) {
    limits_.body_bytes = bytes;
    const std::uint64_t announced = head.content_length.value_or(0);
    if (announced <= bytes) return {};
    return fail(Code::resource_exhausted, "the body has {} bytes, the limit is {}; send less", announced,
                bytes);
  }
  std::uint64_t body_limit_bytes() const { return limits_.body_bytes; }
  const HttpLimits& limits() const { return limits_; }

 private:
  using Failure = beast::error_code;
  using View = beast::string_view;

  void on_request_impl(beast::http::verb, View method, View target, int version, Failure&) override {
    if constexpr (std::is_same_v<Head, RequestHead>) {
      head.method.assign(method);
      head.target.assign(target);
      head.minor_version = version % 10;
    }
  }
  void on_response_impl(int status, View reason, int version, Failure&) override {
    if constexpr (std::is_same_v<Head, ResponseHead>) {
      head.status = status;
      head.reason.assign(reason);
      head.minor_version = version % 10;
    }
  }
  void on_field_impl(beast::http::field, View name, View value, Failure& failure) override {
    if (++fields_ > limits_.header_count) {
      excess = Excess::headers;
      failure = error::header_limit;
      return;
    }
    if (in_body_) return;  // trailers are counted, checked for form and dropped
    head.headers.add(std::string(name), std::string(value));
  }
  void on_header_impl(Failure&) override { in_body_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Failure&) override {}
  std::size_t on_body_impl(View piece, Failure& failure) override { return take(piece, failure); }
  void on_chunk_header_impl(std::uint64_t, View, Failure&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View piece, Failure& failure) override {
    return take(piece, failure);
  }
  void on_finish_impl(Failure&) override { finished = true; }

  std::size_t take(View piece, Failure& failure) {
    if (piece.size() > limits_.body_bytes - received_) {
      excess = Excess::body;
      failure = error::body_limit;
      return 0;
    }
    received_ += piece.size();
    body.append(piece);
    return piece.size();
  }

  HttpLimits limits_;
  std::size_t fields_ = 0;
  std::uint64_t received_ = 0;
  bool in_body_ = false;
};

}  // namespace

template <class Head>
struct HttpParser<Head>::State {
  explicit State(HttpLimits limits) : collector(limits) {}
  Collector<Head> collector;
  bool waits_for_chunk = false;  // its header, or its trailer

  void keep_head() {
    Head& head = collector.head;
    head.keep_alive = collector.keep_alive();
    head.chunked = collector.chunked();
    if (const auto length = collector.content_length()) head.content_length = *length;
    collector.eager(true);
  }

  Status failed(const beast::error_code& failure) const {
    if (failure == error::header_limit) {
      return fail(Code::out_of_range, "the head is larger than {} bytes or {} headers; send less",
                  collector.limits().header_bytes, collector.limits().header_count);
    }
    if (collector.excess == Excess::body) {
      return fail(Code::resource_exhausted, "the body is larger than {} bytes; send less",
                  collector.body_limit_bytes());
    }
    return fail(Code::invalid_argument, "no HTTP/1.1 message: {}", failure.message());
  }
};

template <class Head>
HttpParser<Head>::HttpParser(HttpLimits limits) : state_(std::make_unique<State>(limits)) {}
template <class Head>
HttpParser<Head>::~HttpParser() = default;
template <class Head>
HttpParser<Head>::HttpParser(HttpParser&&) noexcept = default;
template <class Head>
HttpParser<Head>& HttpParser<Head>::operator=(HttpParser&&) noexcept = default;

template <class Head>
Result<std::size_t> HttpParser<Head>::feed(std::span<const std::byte> data) {
  Collector<Head>& collector = state_->collector;
  std::size_t taken = 0;
  while (taken < data.size() && !done()) {
    const bool in_head = !head_done();
    beast::error_code failure;
    const auto rest = data.subspan(taken);
    if (state_->waits_for_chunk && rest.size() < kChunkedEnd) break;
    const std::size_t step = collector.put(boost::asio::const_buffer(rest.data(), rest.size()), failure);
    taken += step;
    state_->waits_for_chunk = failure == error::need_more && !in_head && collector.head.chunked;
    if (failure && failure != error::need_more) return fail(state_->failed(failure).error());
    if (in_head && head_done()) {
      state_->keep_head();
      return taken;
    }
    if (failure == error::need_more || step == 0) {
      if (rest.size() - step >= kLongestPiece) {
        return fail(Code::invalid_argument, "a piece of the message is longer than {} bytes", kLongestPiece);
      }
      break;
    }
  }
  return taken;
}

template <class Head>
Status HttpParser<Head>::feed_end() {
  if (done()) return {};
  if (!started()) return fail(Code::invalid_argument, "the stream ended before a message");
  beast::error_code failure;
  state_->collector.put_eof(failure);
  if (failure) return fail(Code::invalid_argument, "the stream ended in the middle of a message");
  return {};
}

template <class Head>
bool HttpParser<Head>::started() const {
  return state_->collector.got_some();
}
template <class Head>
bool HttpParser<Head>::head_done() const {
  return state_->collector.is_header_done();
}
template <class Head>
bool HttpParser<Head>::done() const {
  return state_->collector.is_done();
}
template <class Head>
const Head& HttpParser<Head>::head() const {
  return state_->collector.head;
}
template <class Head>
Status HttpParser<Head>::set_body_limit(std::uint64_t bytes) {
  return state_->collector.set_body_limit(bytes);
}
template <class Head>
void HttpParser<Head>::expect_no_body() {
  state_->collector.skip(true);
}
template <class Head>
std::string HttpParser<Head>::take_body() {
  return std::exchange(state_->collector.body, {});
}

template class HttpParser<RequestHead>;
template class HttpParser<ResponseHead>;

}  // namespace hanse::codec
