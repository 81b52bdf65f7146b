// ControlServer: the emulator's control socket. Takes JSON lines from several clients and answers each.
//
// Thread: the relay's loop, which calls serve() when descriptor() is readable (it is an epoll of its own).
// Bounds: kMaxClients at a time, further ones are closed; a line longer than kMaxControlLine, or a client
// that does not read its answer, is closed.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "base/result.h"
#include "testbed/owned_descriptor.h"

namespace hanse::testbed {

class ControlServer {
 public:
  static constexpr std::size_t kMaxClients = 16;
  // Line in, line out; both without the newline.
  using Handler = std::function<std::string(const std::string&)>;

  // An old socket file is replaced. Errors: invalid_argument (path too long), unavailable.
  static Result<ControlServer> listen(const std::string& path);

  int descriptor() const { return epoll_.get(); }
  void serve(const Handler& handler);

 private:
  struct Client {
    OwnedDescriptor socket;
    std::string received;
  };

  ControlServer(OwnedDescriptor listener, OwnedDescriptor epoll)
      : listener_(std::move(listener)), epoll_(std::move(epoll)) {}
  void accept_client();
  // False when the client is to be closed.
  static bool serve_client(Client& client, const Handler& handler);

  OwnedDescriptor listener_;
  OwnedDescriptor epoll_;
  std::map<int, Client> clients_;
};

}  // namespace hanse::testbed
