#include "io/socket_listener.h"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "io/socket_address.h"
#include "io/socket_options.h"
#include "io/socket_stream.h"
#include "io/system_error.h"
#include "runtime/sleep.h"

namespace hanse::io {
namespace {

// How long to wait for descriptors or memory to be freed.
constexpr Millis kPauseWhenExhausted{100};

bool concerns_one_connection(int number) {
  return number == EINTR || number == ECONNABORTED || number == EPROTO || number == EPERM ||
         number == ENETDOWN || number == EHOSTUNREACH || number == ENETUNREACH || number == EHOSTDOWN ||
         number == ENONET;
}

bool exhausted(int number) {
  return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM;
}

// 0 when there is none.
std::uint64_t inode_of(const std::string& path) {
  struct stat status{};
  return !path.empty() && ::lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

}  // namespace

SocketListener::SocketListener(ListenerParts parts, OwnedDescriptor socket, Endpoint local,
                               std::shared_ptr<TlsContext> tls)
    : parts_(parts),
      descriptor_(parts.loop, parts.scheduler, socket.release()),
      local_(std::move(local)),
      tls_(std::move(tls)),
      unix_file_(inode_of(local_.unix_path)) {}

SocketListener::~SocketListener() {
  // Unless another listener has taken its place.
  if (unix_file_ != 0 && inode_of(local_.unix_path) == unix_file_) ::unlink(local_.unix_path.c_str());
}

Task<Result<std::unique_ptr<Stream>>> SocketListener::accept() {
  // A crowd of callers must not keep those who were accepted from their turn.
  co_await yield_to_loop(parts_.scheduler);
  for (;;) {
    SocketAddress remote;
    remote.size = sizeof(remote.storage);
    const int socket =
        ::accept4(descriptor_.number(), remote.get(), &remote.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      const bool local = remote.family() == AF_UNIX;
      if (!local) set_tcp_options(socket);
      co_return make_stream(socket, local ? "unix" : to_string(endpoint_of(remote)));
    }
    const int failure = errno;
    if (failure == EAGAIN || failure == EWOULDBLOCK) {
      co_await descriptor_.readable();
    } else if (exhausted(failure)) {
      parts_.log.warning("{}",
                         fail_errno("accept a connection at", to_string(local_), failure).value().message);
      co_await sleep_for(parts_.scheduler, kPauseWhenExhausted);
    } else if (!concerns_one_connection(failure)) {
      co_return fail_errno("accept a connection at", to_string(local_), failure);
    }
  }
}

Result<std::unique_ptr<Stream>> SocketListener::make_stream(int socket, std::string remote) {
  auto connection =
      std::make_shared<Connection>(parts_.loop, parts_.scheduler, parts_.log, socket, std::move(remote));
  connection->channel = tls_ ? tls_->make_channel(socket) : make_plain_channel(socket);
  return std::make_unique<SocketStream>(std::move(connection));
}

Status SocketListener::set_tls(TlsOptions tls) {
  if (!tls_)
    return fail(Code::failed_precondition, "{} listens without TLS; listen anew to change that",
                to_string(local_));
  HANSE_TRY(tls_, TlsContext::for_server(tls));
  return {};
}

}  // namespace hanse::io
