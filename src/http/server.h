// An HTTP/1.1 server over the runtime's streams: keep-alive, pipelined requests one after the other, limits
// on everything a client can send or withhold.
//
// Lifecycle: start(), then stop() or destruction, which destroy all connections where they stand; not from
// inside a handler. Thread: the loop. Failure: a client's fault is answered with a problem document (400
// malformed, 408 too slow, 413 body too large, 431 head too large) and the connection is closed; at the limit
// of connections new ones get 503 with Retry-After.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/log.h"
#include "base/scope.h"
#include "base/units.h"
#include "codec/http_parser.h"
#include "http/handler.h"
#include "http/places.h"
#include "runtime/runtime.h"

namespace hanse::http {

struct ServerLimits {
  std::size_t connections = 4096;
  // New connections that have not said their first byte, with TLS: not finished their handshake. The others
  // wait in the kernel's queue, so that a crowd is served one after the other instead of all too late. One
  // that says nothing counts for greeting_time only.
  std::size_t greetings = 256;
  Nanos greeting_time = Millis{500};
  std::uint32_t header_bytes = 16 * 1024;
  std::size_t header_count = 100;
  std::uint64_t body_bytes = 1 << 20;
  Nanos head_timeout = Seconds{10};   // from the first byte (of a new connection: from its start) to the head
  Nanos body_timeout = Seconds{30};   // for a whole body; for a streamed one, between two pieces
  Nanos idle_timeout = Seconds{60};   // between two requests of a connection
  Nanos write_timeout = Seconds{60};  // for each piece of a response
  Nanos heartbeat = Seconds{15};      // of event streams
};

class Server {
 public:
  Server(Runtime& runtime, Handler& handler, ServerLimits limits = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Errors: those of Network::listen.
  Task<Status> start(Endpoint endpoint, std::optional<TlsOptions> tls);
  // Where it listens. Requires: started.
  Endpoint endpoint() const;
  // What new connections are served with. Requires: started.
  Status set_tls(TlsOptions tls);
  void stop();
  std::size_t connections() const { return connections_.running(); }

 private:
  Task<void> accept_all();
  Task<void> serve(std::unique_ptr<Stream> stream);

  Runtime& runtime_;
  Handler& handler_;
  ServerLimits limits_;
  Logger log_;
  std::unique_ptr<Listener> listener_;
  Places greetings_;
  Scope connections_;
  Scope refusals_;  // connections beyond the limit, on their way out
  Scope accepting_;
};

}  // namespace hanse::http
