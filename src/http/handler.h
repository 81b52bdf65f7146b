// What a program gives to a Server: a Handler, which answers each request with a Reply.
//
// Thread: the loop. A handler answers with an error by returning problem_response(); an exception that leaves
// it is a bug, answered with 500 and logged.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/task.h"
#include "http/message.h"

namespace hanse::http {

class EventWriter {
 public:
  virtual ~EventWriter() = default;
  // Back-pressure: completes when the event was written. Errors: unavailable when the client has left; return
  // then.
  virtual Task<Status> send(std::string id, std::string event, std::string data) = 0;
};

// At most one of `events`, `takeover` and `body` is set. None of the functions may be a capturing lambda that
// is itself a coroutine; let it call one.
struct Reply {
  Reply() = default;
  Reply(Response answer) : response(std::move(answer)) {}  // NOLINT(google-explicit-constructor)

  Response response;
  // The response is a text/event-stream; the function runs until it returns, the client leaves or the server
  // stops (then it is destroyed). The server sends heartbeats in between.
  std::function<Task<void>(EventWriter&)> events = {};
  // The server answers 101 and hands over the stream, with what the client sent behind its head first.
  std::function<Task<void>(std::unique_ptr<Stream>)> takeover = {};
  // The body is produced while it is sent; response.body is not used.
  std::optional<BodySource> body = {};
};

class Handler {
 public:
  virtual ~Handler() = default;
  // There is no limit to how long this may take; it is destroyed only when the server stops.
  virtual Task<Reply> handle(Request request) = 0;
  // Asked when the head has been read; `head` is the request without its body. 0: ServerLimits::body_bytes.
  virtual std::uint64_t body_limit(const Request& head);
  // True: the request comes with a body_reader instead of a body.
  virtual bool wants_body_stream(const Request& head);
};

}  // namespace hanse::http
