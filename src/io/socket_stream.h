// SocketStream: a Stream over a connected socket and its channel. Its operations share the connection, so
// that a task may be destroyed in the middle of one, and the stream before the task.
//
// Lifecycle: the destructor closes. A write that was abandoned half way leaves the connection unfit for
// writing, since the other end saw a part of it. Thread: the loop. Failure: an error closes the connection.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/log.h"
#include "io/channel.h"
#include "io/descriptor.h"
#include "runtime/network.h"

namespace hanse::io {

struct Connection;

class SocketStream final : public Stream {
 public:
  explicit SocketStream(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
  ~SocketStream() override { close(); }
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  Task<Result<std::size_t>> read_some(std::span<std::byte> buffer) override;
  Task<Status> write(std::span<const std::byte> data) override;
  Task<Status> shutdown_write() override;
  void close() override;
  PeerIdentity peer() const override;
  std::string remote_address() const override;

 private:
  // shared_ptr: an operation under way may outlive the stream.
  std::shared_ptr<Connection> connection_;
};

struct Connection {
  Connection(EventLoop& loop, Scheduler& owner, const Logger& logger, int socket, std::string remote_address)
      : descriptor(loop, owner, socket), scheduler(owner), log(logger), remote(std::move(remote_address)) {}

  Descriptor descriptor;
  std::unique_ptr<Channel> channel = nullptr;
  Scheduler& scheduler;
  const Logger& log;
  std::string remote;
  int steps_without_waiting = 0;
  bool writing = false;
};

// Completes the channel's handshake.
Task<Status> shake_hands(std::shared_ptr<Connection> connection);

}  // namespace hanse::io
