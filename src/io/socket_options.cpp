#include "io/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace hanse::io {
namespace {

constexpr int kSecondsBeforeProbes = 30;
constexpr int kSecondsBetweenProbes = 10;
constexpr int kProbes = 3;

// Options only help: a kernel that refuses one still carries the connection.
void set(int socket, int level, int option, int value) {
  ::setsockopt(socket, level, option, &value, sizeof(value));
}

}  // namespace

void set_tcp_options(int socket) {
  set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, kSecondsBeforeProbes);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, kSecondsBetweenProbes);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, kProbes);
}

}  // namespace hanse::io
