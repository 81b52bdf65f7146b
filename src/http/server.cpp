#include "http/server.h"

#include <algorithm>
#include <utility>

#include "http/server_connection.h"
#include "runtime/sleep.h"

namespace hanse::http {
namespace {

constexpr std::size_t kRefusalsAtOnce = 64;  // beyond these, new connections are closed without a word
constexpr Nanos kAcceptPause = Millis{100};  // after a failed accept: no more file descriptors, mostly

Task<void> refuse(Runtime& runtime, Handler& handler, const ServerLimits& limits, const Logger& log,
                  std::unique_ptr<Stream> stream) {
  ServerConnection connection(runtime, handler, limits, log, std::move(stream));
  co_await connection.refuse();
}

}  // namespace

Server::Server(Runtime& runtime, Handler& handler, ServerLimits limits)
    : runtime_(runtime),
      handler_(handler),
      limits_(limits),
      log_(runtime.log, "http"),
      greetings_(runtime.scheduler, limits.greetings),
      connections_(limits.connections),
      refusals_(kRefusalsAtOnce),
      accepting_(1) {}

Server::~Server() {
  stop();
}

Task<Status> Server::start(Endpoint endpoint, std::optional<TlsOptions> tls) {
  HANSE_CO_TRY(listener_, co_await runtime_.network.listen(std::move(endpoint), std::move(tls)));
  if (!accepting_.spawn(accept_all())) {
    co_return fail(Code::failed_precondition, "the server was started or stopped before; make a new one");
  }
  co_return Status();
}

Endpoint Server::endpoint() const {
  return listener_->local_endpoint();
}

Status Server::set_tls(TlsOptions tls) {
  return listener_->set_tls(std::move(tls));
}

void Server::stop() {
  accepting_.cancel();
  connections_.cancel();
  refusals_.cancel();
  listener_.reset();
}

Task<void> Server::serve(std::unique_ptr<Stream> stream) {
  Places::Place greeting(greetings_);
  ServerConnection connection(runtime_, handler_, limits_, log_, std::move(stream));
  const bool spoke =
      co_await connection.wait_for_bytes(std::min(limits_.greeting_time, limits_.head_timeout));
  greeting.give_back();
  co_await connection.run(spoke);
}

Task<void> Server::accept_all() {
  for (;;) {
    co_await greetings_.wait_for_one();
    Result<std::unique_ptr<Stream>> stream = co_await listener_->accept();
    if (!stream) {
      log_.warning("cannot accept a connection: {}", stream.error().message);
      co_await sleep_for(runtime_.scheduler, kAcceptPause);
      continue;
    }
    const bool served = connections_.running() < limits_.connections
                            ? connections_.spawn(serve(std::move(*stream)))
                            : refusals_.spawn(refuse(runtime_, handler_, limits_, log_, std::move(*stream)));
    if (!served) log_.warning("too many connections; one was closed unheard");
  }
}

}  // namespace hanse::http
