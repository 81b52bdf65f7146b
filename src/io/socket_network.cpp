#include "io/socket_network.h"

#include <cerrno>
#include <utility>

#include "io/listening_socket.h"
#include "io/owned_descriptor.h"
#include "io/socket_listener.h"
#include "io/socket_options.h"
#include "io/system_error.h"
#include "io/tls_context.h"
#include "runtime/sleep.h"
#include "runtime/timeout.h"

namespace hanse::io {
namespace {

// A unix socket whose backlog is full refuses at once: how long to wait before asking again.
constexpr Millis kPauseWhenBusy{10};

// Nothing here may be taken for an error of the caller's own: the other side cannot be reached, whatever
// errno.
tl::unexpected<Error> fail_to_connect(const std::string& name, int number) {
  return fail(Code::unavailable, "{}; check that it runs and that the network lets us through",
              fail_errno("connect to", name, number).value().message);
}

int pending_error(int socket) {
  int failure = 0;
  socklen_t size = sizeof(failure);
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &size) != 0) return errno;
  return failure;
}

bool is_connected(int socket) {
  SocketAddress peer;
  peer.size = sizeof(peer.storage);
  return ::getpeername(socket, peer.get(), &peer.size) == 0;
}

}  // namespace

SocketNetwork::SocketNetwork(EventLoop& loop, Scheduler& scheduler, BlockingExecutor& blocking, LogSink& log)
    : loop_(loop), scheduler_(scheduler), blocking_(blocking), log_(log, "network") {}

Task<Result<std::unique_ptr<Stream>>> SocketNetwork::connect(Endpoint endpoint, std::optional<TlsOptions> tls,
                                                             Nanos timeout) {
  std::string what = "connecting to " + to_string(endpoint);
  return with_timeout(scheduler_, timeout, std::move(what),
                      connect_without_limit(std::move(endpoint), std::move(tls), timeout));
}

Task<Result<std::unique_ptr<Stream>>> SocketNetwork::connect_without_limit(Endpoint endpoint,
                                                                           std::optional<TlsOptions> tls,
                                                                           Nanos timeout) {
  std::shared_ptr<TlsContext> context;
  if (tls) {
    HANSE_CO_TRY(context, TlsContext::for_client(*tls));
  }
  HANSE_CO_TRY(auto addresses, co_await addresses_of(endpoint));
  const Nanos each = timeout / static_cast<std::int64_t>(addresses.size());
  HANSE_CO_TRY(auto connection, co_await connect_to_any(endpoint, std::move(addresses), each));
  const int socket = connection->descriptor.number();
  connection->channel = context ? context->make_channel(socket) : make_plain_channel(socket);
  auto stream = std::make_unique<SocketStream>(connection);
  HANSE_CO_CHECK(co_await shake_hands(connection));
  co_return stream;
}

Task<Result<std::vector<SocketAddress>>> SocketNetwork::addresses_of(Endpoint endpoint) {
  if (!endpoint.unix_path.empty()) {
    HANSE_CO_TRY(const auto address, unix_address(endpoint.unix_path));
    co_return std::vector{address};
  }
  // A number needs no resolver and hence no thread.
  if (auto numeric = resolve(endpoint, Lookup::numeric_only)) co_return std::move(*numeric);
  co_return co_await run_blocking(blocking_, scheduler_,
                                  [endpoint] { return resolve(endpoint, Lookup::names); });
}

// One after the other, each with its share of the time, so that a silent one does not use up all of it.
Task<Result<SocketNetwork::SharedConnection>> SocketNetwork::connect_to_any(
    Endpoint endpoint, std::vector<SocketAddress> addresses, Nanos each) {
  const std::string name = to_string(endpoint);
  Result<SharedConnection> last = fail(Code::not_found, "host '{}' has no address", endpoint.host);
  for (const SocketAddress& address : addresses) {
    last = co_await with_timeout(scheduler_, each, "connecting to " + name, connect_to(address, name));
    if (last) break;
  }
  co_return last;
}

Task<Result<SocketNetwork::SharedConnection>> SocketNetwork::connect_to(SocketAddress address,
                                                                        std::string name) {
  OwnedDescriptor socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) co_return fail_errno("open a socket for", name);
  const bool is_unix = address.family() == AF_UNIX;
  if (!is_unix) set_tcp_options(socket.number());
  const std::string remote = is_unix ? "unix" : to_string(endpoint_of(address));
  int failure = 0;
  while ((failure = ::connect(socket.number(), address.get(), address.size) == 0 ? 0 : errno) == EAGAIN)
    co_await sleep_for(scheduler_, kPauseWhenBusy);
  if (failure != 0 && failure != EINPROGRESS && failure != EINTR) co_return fail_to_connect(name, failure);
  auto connection = std::make_shared<Connection>(loop_, scheduler_, log_, socket.release(), remote);
  if (failure != 0) {
    while (!is_connected(connection->descriptor.number())) {
      co_await connection->descriptor.writable();
      const int outcome = pending_error(connection->descriptor.number());
      if (outcome != 0) co_return fail_to_connect(name, outcome);
    }
  }
  co_return connection;
}

Task<Result<std::unique_ptr<Listener>>> SocketNetwork::listen(Endpoint endpoint,
                                                              std::optional<TlsOptions> tls) {
  std::shared_ptr<TlsContext> context;
  if (tls) {
    HANSE_CO_TRY(context, TlsContext::for_server(*tls));
  }
  HANSE_CO_TRY(auto addresses, co_await addresses_of(endpoint));
  HANSE_CO_TRY(ListeningSocket listening, open_listening_socket(addresses.front()));
  co_return std::make_unique<SocketListener>(ListenerParts{loop_, scheduler_, log_},
                                             std::move(listening.socket), std::move(listening.local),
                                             std::move(context));
}

}  // namespace hanse::io
