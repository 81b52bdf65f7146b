#include "http/client_exchange.h"

#include <algorithm>
#include <array>
#include <utility>

#include "http/message_io.h"

namespace hanse::http {
namespace {

constexpr int kMaxInterimResponses = 8;

}  // namespace

Task<Result<codec::ResponseParser>> read_response_head(BufferedStream& stream, std::string method) {
  for (int i = 0; i < kMaxInterimResponses; ++i) {
    codec::ResponseParser parser;
    if (method == "HEAD") parser.expect_no_body();
    HANSE_CO_CHECK(co_await read_head(stream, parser));
    const int status = parser.head().status;
    if (status >= 200 || status == 101) co_return std::move(parser);
  }
  co_return fail(Code::invalid_argument, "the server sent more than {} interim responses",
                 kMaxInterimResponses);
}

Response response_of(const codec::ResponseHead& head) {
  return {.status = head.status, .headers = head.headers};
}

bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 5> kMethods = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

}  // namespace hanse::http
