#include "http/server_connection.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "http/message_io.h"
#include "http/streamed_body.h"
#include "runtime/timeout.h"

namespace hanse::http {
namespace {

constexpr Nanos kRefusalTimeout = Seconds{5};

int status_of_fault(const Error& error) {
  switch (error.code) {
    case Code::out_of_range:
      return 431;
    case Code::resource_exhausted:
      return 413;
    case Code::deadline_exceeded:
      return 408;
    default:
      return 400;
  }
}

Result<Request> request_of(const codec::RequestHead& head, const Stream& stream) {
  HANSE_TRY(codec::Target target, codec::parse_target(head.target));
  return Request{.method = head.method,
                 .target = head.target,
                 .headers = head.headers,
                 .path = std::move(target.path),
                 .segments = std::move(target.segments),
                 .query = std::move(target.query),
                 .peer = stream.peer(),
                 .remote_address = stream.remote_address()};
}

}  // namespace

ServerConnection::ServerConnection(Runtime& runtime, Handler& handler, const ServerLimits& limits,
                                   const Logger& log, std::unique_ptr<Stream> stream)
    : runtime_(runtime),
      handler_(handler),
      limits_(limits),
      log_(log),
      stream_(std::make_unique<BufferedStream>(std::move(stream))) {}

Task<void> ServerConnection::run(bool spoke) {
  const Nanos left = limits_.head_timeout - std::min(limits_.greeting_time, limits_.head_timeout);
  if (!spoke && !co_await wait_for_bytes(left)) co_return;
  while (co_await serve_one()) {
    if (!co_await wait_for_bytes(limits_.idle_timeout)) co_return;
  }
}

Task<void> ServerConnection::refuse() {
  Response response = problem_response(
      503, Error{Code::unavailable, "the server has no room for another connection; retry later"}, "");
  response.headers.set("Retry-After", "1");
  const Status written = co_await with_timeout<void>(runtime_.scheduler, kRefusalTimeout, "the refusal",
                                                     write(response_text(std::move(response), false)));
  if (written) co_await linger();
}

Task<bool> ServerConnection::wait_for_bytes(Nanos limit) {
  if (!stream_->buffered().empty()) co_return true;
  const Result<std::size_t> got =
      co_await with_timeout(runtime_.scheduler, limit, "the first byte", stream_->fill());
  co_return got && *got > 0;
}

Task<bool> ServerConnection::serve_one() {
  codec::RequestParser parser({.header_bytes = limits_.header_bytes, .header_count = limits_.header_count});
  const Status head = co_await with_timeout<void>(runtime_.scheduler, limits_.head_timeout,
                                                  "the head of the request", read_head(*stream_, parser));
  if (!head) {
    co_await fail_request(head.error(), "");
    co_return false;
  }
  Result<Request> request = request_of(parser.head(), *stream_);
  if (!request) {
    co_await fail_request(request.error(), parser.head().target);
    co_return false;
  }
  const std::uint64_t wanted = handler_.body_limit(*request);
  if (const Status fits = parser.set_body_limit(wanted > 0 ? wanted : limits_.body_bytes); !fits) {
    co_await fail_request(fits.error(), request->path);
    co_return false;
  }
  Exchange exchange{.method = request->method,
                    .path = request->path,
                    .upgrade = request->headers.get("Upgrade"),
                    .keep_alive = parser.head().keep_alive,
                    .chunks_allowed = parser.head().minor_version >= 1};
  if (!parser.done() && !co_await send_continue(*request)) co_return false;
  if (handler_.wants_body_stream(*request)) {
    co_return co_await answer_streamed(parser, std::move(*request), std::move(exchange));
  }
  co_return co_await answer(parser, std::move(*request), std::move(exchange));
}

Task<bool> ServerConnection::answer(codec::RequestParser& parser, Request request, Exchange exchange) {
  Result<std::string> body = co_await with_timeout(runtime_.scheduler, limits_.body_timeout,
                                                   "the body of the request", read_body(*stream_, parser));
  if (!body) {
    co_await fail_request(body.error(), request.path);
    co_return false;
  }
  request.body = std::move(*body);
  Reply reply = co_await ask_handler(std::move(request));
  co_return co_await send(std::move(reply), std::move(exchange));
}

Task<bool> ServerConnection::answer_streamed(codec::RequestParser& parser, Request request,
                                             Exchange exchange) {
  StreamedBody body(runtime_.scheduler, *stream_, parser, limits_.body_timeout);
  request.body_reader = &body;
  Reply reply = co_await ask_handler(std::move(request));
  // What the handler left unread cannot be told from a next request.
  const bool whole = parser.done();
  if (!whole) exchange.keep_alive = false;
  const bool go_on = co_await send(std::move(reply), std::move(exchange));
  if (!whole && stream_) co_await linger();
  co_return go_on;
}

Task<Status> ServerConnection::send_continue(const Request& request) {
  if (!request.headers.has_token("Expect", "100-continue") || !stream_->buffered().empty())
    co_return Status();
  co_return co_await write(codec::serialise(codec::ResponseHead{.status = 100}));
}

Task<Reply> ServerConnection::ask_handler(Request request) {
  const std::string what = request.method + " " + request.path;
  const std::string path = request.path;
  try {
    co_return co_await handler_.handle(std::move(request));
  } catch (const std::exception& bug) {
    log_.error("{} ended in an exception: {}", what, bug.what());
  }
  co_return problem_response(Error{Code::internal, "the server has a bug; its log says more"}, path);
}

// A client that did not finish a request hears what was wrong with it; one that has left hears nothing.
Task<void> ServerConnection::fail_request(Error error, std::string path) {
  if (error.code == Code::unavailable) co_return;
  log_.debug("{} sent a bad request: {}", stream_->remote_address(), error.message);
  Response response = problem_response(status_of_fault(error), error, path);
  if (co_await write(response_text(std::move(response), false))) co_await linger();
}

// Closing with unread bytes would make the kernel reset the connection, and the client lose our answer.
Task<void> ServerConnection::linger() {
  static_cast<void>(co_await with_timeout<void>(runtime_.scheduler, kLingerTime, "the client's end",
                                                discard_rest(*stream_, kLingerBytes)));
}

}  // namespace hanse::http
