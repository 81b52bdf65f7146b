#include "io/listening_socket.h"

#include <netinet/in.h>
#include <sys/stat.h>

#include "io/system_error.h"

namespace hanse::io {
namespace {

constexpr int kBacklog = 4096;
constexpr mode_t kUnixSocketMode = 0660;

void prepare_unix(int socket, const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) ::unlink(path.c_str());
  // The file that bind() makes takes its mode from the socket.
  ::fchmod(socket, kUnixSocketMode);
}

void prepare_tcp(int socket, int family) {
  const int on = 1;
  const int off = 0;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  // "::" listens for IPv4 too.
  if (family == AF_INET6) ::setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
}

}  // namespace

Result<ListeningSocket> open_listening_socket(SocketAddress address) {
  const Endpoint wanted = endpoint_of(address);
  const std::string name = to_string(wanted);
  OwnedDescriptor socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return fail_errno("open a socket for", name);
  if (wanted.unix_path.empty()) {
    prepare_tcp(socket.number(), address.family());
  } else {
    prepare_unix(socket.number(), wanted.unix_path);
  }
  if (::bind(socket.number(), address.get(), address.size) != 0) return fail_errno("listen at", name);
  if (::listen(socket.number(), kBacklog) != 0) return fail_errno("listen at", name);
  SocketAddress bound;
  bound.size = sizeof(bound.storage);
  if (::getsockname(socket.number(), bound.get(), &bound.size) != 0)
    return fail_errno("ask the address of", name);
  return ListeningSocket{std::move(socket), endpoint_of(bound)};
}

}  // namespace hanse::io
