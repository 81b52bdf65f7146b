#include "testbed/wan/control_server.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <utility>

#include "testbed/wan/wan_options.h"

namespace hanse::testbed {
namespace {

bool add_to(int epoll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  return ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

}  // namespace

Result<ControlServer> ControlServer::listen(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(Code::invalid_argument,
                "control socket path {} is longer than {} bytes; use a shorter state folder", path,
                sizeof address.sun_path - 1);
  std::memcpy(address.sun_path, path.data(), path.size());
  OwnedDescriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  OwnedDescriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  ::unlink(path.c_str());
  const bool listening = ::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                         ::listen(listener.get(), kMaxClients) == 0 && add_to(epoll.get(), listener.get());
  if (!listening)
    return fail(Code::unavailable, "control socket {} cannot be opened: {}", path, std::strerror(errno));
  return ControlServer(std::move(listener), std::move(epoll));
}

void ControlServer::accept_client() {
  OwnedDescriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket.valid() || clients_.size() >= kMaxClients || !add_to(epoll_.get(), socket.get())) return;
  const int descriptor = socket.get();
  clients_.emplace(descriptor, Client{std::move(socket), {}});
}

bool ControlServer::serve_client(Client& client, const Handler& handler) {
  std::array<char, 4096> buffer;
  const ssize_t size = ::recv(client.socket.get(), buffer.data(), buffer.size(), 0);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  if (size == 0) return false;
  client.received.append(buffer.data(), static_cast<std::size_t>(size));
  for (std::size_t end = client.received.find('\n'); end != std::string::npos;
       end = client.received.find('\n')) {
    const std::string answer = handler(client.received.substr(0, end)) + "\n";
    client.received.erase(0, end + 1);
    const ssize_t sent = ::send(client.socket.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(answer.size())) return false;
  }
  return client.received.size() <= kMaxControlLine;
}

void ControlServer::serve(const Handler& handler) {
  std::array<epoll_event, kMaxClients + 1> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < count; ++i) {
    const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
    if (descriptor == listener_.get()) {
      accept_client();
    } else if (const auto found = clients_.find(descriptor); found != clients_.end()) {
      if (!serve_client(found->second, handler)) clients_.erase(found);
    }
  }
}

}  // namespace hanse::testbed
