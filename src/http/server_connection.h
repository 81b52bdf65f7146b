// One connection of a Server: reads requests, one after the other, and writes what the handler replies.
//
// Lifecycle: run() once; destroying its task ends the connection where it stands. Thread: the loop.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "http/buffered_stream.h"
#include "http/server.h"

namespace hanse::http {

// A whole response with its framing.
std::string response_text(Response response, bool keep_alive, bool with_body = true);

class ServerConnection {
 public:
  ServerConnection(Runtime& runtime, Handler& handler, const ServerLimits& limits, const Logger& log,
                   std::unique_ptr<Stream> stream);

  // False when nothing came in time, or nothing more will come.
  Task<bool> wait_for_bytes(Nanos limit);
  // `spoke`: the first byte is here; otherwise greeting_time has been waited for it.
  Task<void> run(bool spoke);
  // Answers 503 without reading anything: the server is full.
  Task<void> refuse();

 private:
  // What of the request its answer depends on.
  struct Exchange {
    std::string method;
    std::string path;
    std::string upgrade;
    bool keep_alive = true;
    bool chunks_allowed = true;  // HTTP/1.1
  };

  // False when the connection is to be closed.
  Task<bool> serve_one();
  Task<bool> answer(codec::RequestParser& parser, Request request, Exchange exchange);
  Task<bool> answer_streamed(codec::RequestParser& parser, Request request, Exchange exchange);
  Task<Status> send_continue(const Request& request);
  Task<Reply> ask_handler(Request request);
  Task<bool> send(Reply reply, Exchange exchange);
  Task<bool> send_events(Reply reply, Exchange exchange);
  Task<bool> send_takeover(Reply reply, Exchange exchange);
  Task<bool> send_source(Response response, BodySource source, Exchange exchange);
  Task<Status> write(std::string data);
  Task<void> fail_request(Error error, std::string path);
  Task<void> linger();

  Runtime& runtime_;
  Handler& handler_;
  const ServerLimits& limits_;
  const Logger& log_;
  std::unique_ptr<BufferedStream> stream_;
};

}  // namespace hanse::http
