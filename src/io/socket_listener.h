// SocketListener: accepts connections from a listening TCP or unix socket. Thread: the loop.
// Failure: running out of file descriptors pauses it for a moment; only a closed socket ends it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/log.h"
#include "io/descriptor.h"
#include "io/owned_descriptor.h"
#include "io/tls_context.h"
#include "runtime/network.h"

namespace hanse::io {

struct ListenerParts {
  EventLoop& loop;
  Scheduler& scheduler;
  const Logger& log;
};

class SocketListener final : public Listener {
 public:
  // `tls` is empty for plain connections.
  SocketListener(ListenerParts parts, OwnedDescriptor socket, Endpoint local,
                 std::shared_ptr<TlsContext> tls);
  // Removes its unix socket file.
  ~SocketListener() override;
  SocketListener(const SocketListener&) = delete;
  SocketListener& operator=(const SocketListener&) = delete;

  Task<Result<std::unique_ptr<Stream>>> accept() override;
  Endpoint local_endpoint() const override { return local_; }
  // Errors: failed_precondition when it listens without TLS.
  Status set_tls(TlsOptions tls) override;

 private:
  Result<std::unique_ptr<Stream>> make_stream(int socket, std::string remote);

  ListenerParts parts_;
  Descriptor descriptor_;
  Endpoint local_;
  // shared_ptr: connections that were made with an earlier one keep it.
  std::shared_ptr<TlsContext> tls_;
  std::uint64_t unix_file_;  // the inode of the socket file, 0 for TCP
};

}  // namespace hanse::io
