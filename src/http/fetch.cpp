#include "http/fetch.h"

#include <utility>

#include "codec/url.h"
#include "http/client.h"

namespace hanse::http {

Task<Result<std::string>> fetch(Runtime& runtime, FetchOptions options) {
  HANSE_CO_TRY(const codec::HttpsUrl parts, codec::parse_https_url(options.url));
  ClientOptions access{.endpoint = {.host = parts.host, .port = parts.port},
                       .tls = TlsOptions{.trusted_ca_pem = options.ca_pem, .expected_host = parts.host},
                       .response_timeout = options.time_limit,
                       .max_idle_connections = 0,
                       .response_limit = options.size_limit};
  Client client(runtime, std::move(access));
  Request request{.target = parts.target};
  request.headers.set("Accept", options.accept);
  HANSE_CO_TRY(Response response, co_await client.send(std::move(request)));
  if (!is_success(response.status))
    co_return fail(Code::unavailable, "{} answers {}", options.url, response.status);
  co_return std::move(response.body);
}

}  // namespace hanse::http
