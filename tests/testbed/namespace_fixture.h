// For tests that need root: network namespaces made with `ip netns`, a forked process, sockets inside.
// Everything that a test made is gone when its objects are.
#pragma once

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <doctest/doctest.h>
#include <functional>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "testbed/network_namespace.h"
#include "testbed/owned_descriptor.h"

namespace hanse::testbed::test {

inline int shell(const std::string& command) {
  return std::system(command.c_str());
}

class TemporaryNamespace {
 public:
  explicit TemporaryNamespace(std::string name) : name_(std::move(name)) {
    REQUIRE(shell("ip netns add " + name_) == 0);
  }
  ~TemporaryNamespace() { shell("ip netns delete " + name_); }
  TemporaryNamespace(const TemporaryNamespace&) = delete;
  TemporaryNamespace& operator=(const TemporaryNamespace&) = delete;
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

class TemporaryFolder {
 public:
  TemporaryFolder() { REQUIRE(::mkdtemp(path_) != nullptr); }
  ~TemporaryFolder() { shell(std::string("rm -rf ") + path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path() const { return path_; }

 private:
  char path_[32] = "/tmp/hanse-testbed-XXXXXX";
};

// A process of the test's own, killed with it.
class ForkedProcess {
 public:
  explicit ForkedProcess(const std::function<int()>& body) : pid_(::fork()) {
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) ::_exit(body());
  }
  ~ForkedProcess() { end(SIGKILL); }
  ForkedProcess(const ForkedProcess&) = delete;
  ForkedProcess& operator=(const ForkedProcess&) = delete;

  // The exit status, or 128 + the signal.
  int end(int signal) {
    if (pid_ <= 0) return 0;
    ::kill(pid_, signal);
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_;
};

// A socket that lives in the namespace, bound to `port` of all its addresses, with a time limit on receiving.
inline OwnedDescriptor socket_inside(const std::string& name, int type, std::uint16_t port) {
  const auto visit = NamespaceVisit::enter(name);
  REQUIRE(visit.has_value());
  OwnedDescriptor socket(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const int again = 1;  // after a test that used the port
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &again, sizeof again);
  REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const timeval limit{2, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  return socket;
}

inline void set_receive_limit(int socket, Millis limit) {
  const timeval value{limit.count() / 1000, (limit.count() % 1000) * 1000};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
}

// Says why when a test that needs root is left out.
inline bool is_root() {
  if (::geteuid() == 0) return true;
  MESSAGE("skipped: network namespaces need root; run this test as root");
  return false;
}

}  // namespace hanse::testbed::test
