// How a ServerConnection writes the kinds of Reply.
#include <utility>

#include "http/event_session.h"
#include "http/message_io.h"
#include "http/server_connection.h"

namespace hanse::http {
namespace {

bool may_have_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

// The framing of a message is the server's own business, whatever the handler says.
codec::ResponseHead head_of(Response& response, bool keep_alive) {
  codec::ResponseHead head{.status = response.status, .headers = std::move(response.headers)};
  for (const char* framing : {"Content-Length", "Transfer-Encoding", "Connection"})
    head.headers.remove(framing);
  head.headers.add("Connection", keep_alive ? "keep-alive" : "close");
  return head;
}

}  // namespace

std::string response_text(Response response, bool keep_alive, bool with_body) {
  codec::ResponseHead head = head_of(response, keep_alive);
  if (!may_have_body(response.status)) return codec::serialise(head);
  head.headers.add("Content-Length", std::to_string(response.body.size()));
  std::string text = codec::serialise(head);
  if (!with_body) return text;
  text.reserve(text.size() + response.body.size());
  return text += response.body;
}

Task<Status> ServerConnection::write(std::string data) {
  return write_pieces(runtime_.scheduler, *stream_, std::move(data), limits_.write_timeout);
}

Task<bool> ServerConnection::send(Reply reply, Exchange exchange) {
  if (reply.takeover) co_return co_await send_takeover(std::move(reply), std::move(exchange));
  if (reply.events) co_return co_await send_events(std::move(reply), std::move(exchange));
  if (reply.body) {
    BodySource source = std::move(*reply.body);
    co_return co_await send_source(std::move(reply.response), std::move(source), std::move(exchange));
  }
  const Status written = co_await write(
      response_text(std::move(reply.response), exchange.keep_alive, exchange.method != "HEAD"));
  co_return written&& exchange.keep_alive;
}

Task<bool> ServerConnection::send_events(Reply reply, Exchange exchange) {
  codec::ResponseHead head = head_of(reply.response, false);
  head.headers.set("Content-Type", "text/event-stream");
  head.headers.set("Cache-Control", "no-store");
  if (exchange.chunks_allowed) head.headers.add("Transfer-Encoding", "chunked");
  if (!co_await write(codec::serialise(head)) || exchange.method == "HEAD") co_return false;
  EventSession session(runtime_, limits_, *stream_, exchange.chunks_allowed);
  co_await session.run(std::move(reply.events));
  co_return false;
}

Task<bool> ServerConnection::send_takeover(Reply reply, Exchange exchange) {
  codec::ResponseHead head{.status = 101, .headers = std::move(reply.response.headers)};
  head.headers.set("Connection", "Upgrade");
  head.headers.set("Upgrade", exchange.upgrade);
  if (exchange.upgrade.empty()) {
    const Error error{Code::invalid_argument, "this needs a request with an Upgrade header"};
    static_cast<void>(co_await write(response_text(problem_response(426, error, exchange.path), false)));
    co_return false;
  }
  if (!co_await write(codec::serialise(head))) co_return false;
  co_await reply.takeover(std::move(stream_));
  co_return false;
}

Task<bool> ServerConnection::send_source(Response response, BodySource source, Exchange exchange) {
  const bool delimited = source.length || exchange.chunks_allowed;
  const bool keep_alive = exchange.keep_alive && delimited;
  codec::ResponseHead head = head_of(response, keep_alive);
  if (source.length) {
    head.headers.add("Content-Length", std::to_string(*source.length));
  } else if (exchange.chunks_allowed) {
    head.headers.add("Transfer-Encoding", "chunked");
  }
  if (!co_await write(codec::serialise(head))) co_return false;
  if (exchange.method == "HEAD") co_return keep_alive;
  const Status sent = co_await write_source(runtime_.scheduler, *stream_, std::move(source),
                                            exchange.chunks_allowed, limits_.write_timeout);
  // The head is out: all that can still be said is to cut the connection, so that the client sees a torn
  // body.
  if (!sent) log_.warning("the body of {} broke off: {}", exchange.path, sent.error().message);
  co_return sent&& keep_alive;
}

}  // namespace hanse::http
