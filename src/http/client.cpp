#include "http/client.h"

#include <utility>

#include "http/client_exchange.h"
#include "http/message_io.h"
#include "runtime/timeout.h"

namespace hanse::http {

Client::Client(Runtime& runtime, ClientOptions options) : runtime_(runtime), options_(std::move(options)) {}
Client::~Client() = default;

void Client::set_tls(std::optional<TlsOptions> tls) {
  options_.tls = std::move(tls);
  idle_.clear();
}

codec::RequestHead Client::head_of(const Request& request) const {
  codec::RequestHead head{.method = request.method, .target = request.target, .headers = request.headers};
  const Endpoint& endpoint = options_.endpoint;
  if (!head.headers.contains("Host")) {
    head.headers.add("Host", endpoint.unix_path.empty() ? to_string(endpoint) : "localhost");
  }
  if (!head.headers.contains("User-Agent")) head.headers.add("User-Agent", options_.user_agent);
  if (!options_.bearer_token.empty() && !head.headers.contains("Authorization")) {
    head.headers.add("Authorization", "Bearer " + options_.bearer_token);
  }
  return head;
}

Task<Result<Client::Lease>> Client::connect(bool may_reuse) {
  std::erase_if(idle_,
                [&](const Idle& idle) { return runtime_.clock.now() - idle.since > options_.idle_timeout; });
  Lease lease;
  if (may_reuse && !idle_.empty()) {
    lease.stream = std::move(idle_.back().stream);
    lease.reused = true;
    idle_.pop_back();
    co_return lease;
  }
  HANSE_CO_TRY(std::unique_ptr<Stream> stream,
               co_await runtime_.network.connect(options_.endpoint, options_.tls, options_.connect_timeout));
  lease.stream = std::make_unique<BufferedStream>(std::move(stream));
  co_return lease;
}

void Client::give_back(std::unique_ptr<BufferedStream> stream) {
  if (!stream->buffered().empty()) return;  // it says more than it was asked
  idle_.push_back({std::move(stream), runtime_.clock.now()});
  if (idle_.size() > options_.max_idle_connections) idle_.pop_front();
}

// Sends the request and reads the head of the answer.
Task<Result<OpenExchange>> Client::open(Request request, bool may_reuse) {
  codec::RequestHead head = head_of(request);
  const bool has_body = !request.body.empty() || request.method == "PUT" || request.method == "POST";
  if (has_body) head.headers.set("Content-Length", std::to_string(request.body.size()));
  const std::string text = codec::serialise(head) + request.body;
  for (;;) {
    HANSE_CO_TRY(Lease lease, co_await connect(may_reuse));
    const std::uint64_t heard_before = lease.stream->bytes_read();
    // A server may answer and close before it has read everything: its answer counts more than our error.
    const Status written =
        co_await write_pieces(runtime_.scheduler, *lease.stream, text, options_.response_timeout);
    Result<codec::ResponseParser> parser = co_await read_response_head(*lease.stream, request.method);
    if (parser) co_return OpenExchange{std::move(lease.stream), std::move(*parser)};
    const bool stale = lease.reused && lease.stream->bytes_read() == heard_before &&
                       parser.error().code == Code::unavailable;
    if (!stale || !is_idempotent(request.method)) co_return fail(written ? parser.error() : written.error());
    may_reuse = false;
  }
}

Task<Result<Response>> Client::finish(OpenExchange exchange) {
  HANSE_CO_CHECK(exchange.parser.set_body_limit(options_.response_limit));
  HANSE_CO_TRY(std::string body, co_await read_body(*exchange.stream, exchange.parser));
  Response response = response_of(exchange.parser.head());
  response.body = std::move(body);
  if (exchange.parser.head().keep_alive) give_back(std::move(exchange.stream));
  co_return response;
}

std::string Client::name_of(const Request& request) const {
  return "the answer of " + to_string(options_.endpoint) + " to " + request.method + " " + request.target;
}

Task<Result<Response>> Client::send(Request request, std::optional<Nanos> timeout) {
  std::string name = name_of(request);
  co_return co_await with_timeout(runtime_.scheduler, timeout.value_or(options_.response_timeout),
                                  std::move(name), send_without_limit(std::move(request)));
}

Task<Result<Response>> Client::send_without_limit(Request request) {
  HANSE_CO_TRY(OpenExchange exchange, co_await open(std::move(request), true));
  co_return co_await finish(std::move(exchange));
}

Task<Result<json::Value>> Client::call_json(std::string method, std::string target,
                                            std::optional<json::Value> body) {
  Request request{.method = std::move(method), .target = std::move(target)};
  request.headers.add("Accept", "application/json");
  if (body) {
    request.headers.add("Content-Type", "application/json");
    request.body = json::dump(*body);
  }
  HANSE_CO_TRY(const Response response, co_await send(std::move(request)));
  if (!is_success(response.status)) co_return fail(error_from_response(response));
  if (response.body.empty()) co_return json::Value();
  co_return json::parse(response.body);
}

}  // namespace hanse::http
