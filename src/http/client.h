// An HTTP/1.1 client of one server, with a pool of idle connections.
//
// Lifecycle: outlives its tasks and the EventStreams that it made stay valid without it. Thread: the loop.
// Failure: unavailable (not reachable, connection lost), deadline_exceeded, unauthenticated (TLS),
// resource_exhausted (answer too large), invalid_argument (the answer is no HTTP). A status other than 2xx is
// no error, except where said. Idempotent requests are tried once more when an idle connection turns out
// dead.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/json.h"
#include "base/units.h"
#include "codec/server_sent_events.h"
#include "http/message.h"
#include "runtime/runtime.h"

namespace hanse::http {

class BufferedStream;
struct OpenExchange;

struct ClientOptions {
  Endpoint endpoint = {};
  std::optional<TlsOptions> tls = {};
  std::string bearer_token = {};  // empty: none is sent
  std::string user_agent = "hanse";
  Nanos connect_timeout = Seconds{5};
  Nanos response_timeout = Seconds{30};  // for a whole exchange; of streamed bodies, between two pieces
  Nanos idle_timeout = Seconds{30};      // idle connections are not used after this
  Nanos event_timeout = Seconds{45};     // an event stream silent for so long is dead; heartbeats count
  std::size_t max_idle_connections = 4;
  std::uint64_t response_limit = 16 << 20;
};

using BodySink = std::function<Task<Status>(std::span<const std::byte>)>;

class EventStream {
 public:
  virtual ~EventStream() = default;
  // Nothing when the server has ended the stream. Errors: unavailable when it broke; open another one with
  // the id of the last event.
  virtual Task<Result<std::optional<codec::ServerSentEvent>>> next() = 0;
};

class Client {
 public:
  Client(Runtime& runtime, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // `timeout` in place of options.response_timeout.
  Task<Result<Response>> send(Request request, std::optional<Nanos> timeout = {});
  // Errors: also that of a status other than 2xx, as a problem document says it.
  Task<Result<json::Value>> call_json(std::string method, std::string target,
                                      std::optional<json::Value> body = {});
  // `last_event_id` empty: from the start. Errors: as call_json.
  Task<Result<std::unique_ptr<EventStream>>> events(std::string target, std::string last_event_id = {});
  // Errors: as call_json, when the server does not switch.
  Task<Result<std::unique_ptr<Stream>>> upgrade(Request request, std::string protocol);
  // The body of a 2xx goes to `sink` and has no limit; others are in the response.
  Task<Result<Response>> download(Request request, BodySink sink);
  // The body comes from `source`; a server that answers before the end is heard.
  Task<Result<Response>> upload(Request request, std::uint64_t content_length, BodySource source);

  // From the next request on.
  void set_bearer_token(std::string token) { options_.bearer_token = std::move(token); }
  // From the next connection on; idle ones are closed.
  void set_tls(std::optional<TlsOptions> tls);
  const ClientOptions& options() const { return options_; }
  std::size_t idle_connections() const { return idle_.size(); }

 private:
  struct Idle {
    std::unique_ptr<BufferedStream> stream;
    MonotonicTime since;
  };
  struct Lease {
    std::unique_ptr<BufferedStream> stream;
    bool reused = false;
  };

  codec::RequestHead head_of(const Request& request) const;
  Task<Result<Lease>> connect(bool may_reuse);
  void give_back(std::unique_ptr<BufferedStream> stream);
  std::string name_of(const Request& request) const;
  Task<Result<OpenExchange>> open(Request request, bool may_reuse);
  Task<Result<Response>> finish(OpenExchange exchange);
  Task<Result<Response>> send_without_limit(Request request);
  Task<Result<std::unique_ptr<EventStream>>> open_events(Request request);
  Task<Result<std::unique_ptr<Stream>>> open_upgrade(Request request);

  Runtime& runtime_;
  ClientOptions options_;
  std::list<Idle> idle_;
};

}  // namespace hanse::http
