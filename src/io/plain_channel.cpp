#include <sys/socket.h>

#include "io/channel.h"
#include "io/system_error.h"

namespace hanse::io {
namespace {

class PlainChannel final : public Channel {
 public:
  explicit PlainChannel(int socket) : socket_(socket) {}

  Result<Step> handshake() override { return Step{}; }

  Result<Step> read(std::span<std::byte> buffer) override {
    const ssize_t count = retry([&] { return ::recv(socket_, buffer.data(), buffer.size(), 0); });
    return step_of(count, Need::readable, "read from");
  }

  Result<Step> write(std::span<const std::byte> data) override {
    const ssize_t count = retry([&] { return ::send(socket_, data.data(), data.size(), MSG_NOSIGNAL); });
    return step_of(count, Need::writable, "write to");
  }

  Result<Step> finish() override {
    // Fails only when the other end has gone already, which its reader finds out too.
    ::shutdown(socket_, SHUT_WR);
    return Step{};
  }

  PeerIdentity peer() const override { return {}; }

 private:
  template <class Call>
  static ssize_t retry(Call call) {
    ssize_t count = 0;
    do {
      count = call();
    } while (count < 0 && errno == EINTR);
    return count;
  }

  static Result<Step> step_of(ssize_t count, Need need, std::string_view action) {
    if (count >= 0) return Step{Need::nothing, static_cast<std::size_t>(count)};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Step{need};
    // Whatever the reason, to the caller it is a peer that cannot be reached any more.
    return fail(Code::unavailable, "{}", fail_errno(action, "the peer").value().message);
  }

  int socket_;
};

}  // namespace

std::unique_ptr<Channel> make_plain_channel(int socket) {
  return std::make_unique<PlainChannel>(socket);
}

}  // namespace hanse::io
