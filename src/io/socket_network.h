// The Network of the real runtime: TCP and unix sockets, plain or with TLS 1.3.
//
// Lifecycle: outlives its streams and listeners. Thread: the loop; only host names are resolved on the
// blocking executor. Failure: as runtime/network.h says.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "io/event_loop.h"
#include "io/socket_address.h"
#include "io/socket_stream.h"
#include "runtime/blocking.h"
#include "runtime/network.h"

namespace hanse::io {

class SocketNetwork final : public Network {
 public:
  SocketNetwork(EventLoop& loop, Scheduler& scheduler, BlockingExecutor& blocking, LogSink& log);

  Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, std::optional<TlsOptions> tls,
                                                Nanos timeout) override;
  Task<Result<std::unique_ptr<Listener>>> listen(Endpoint endpoint, std::optional<TlsOptions> tls) override;

 private:
  using SharedConnection = std::shared_ptr<Connection>;

  Task<Result<std::unique_ptr<Stream>>> connect_without_limit(Endpoint endpoint,
                                                              std::optional<TlsOptions> tls, Nanos timeout);
  Task<Result<std::vector<SocketAddress>>> addresses_of(Endpoint endpoint);
  Task<Result<SharedConnection>> connect_to_any(Endpoint endpoint, std::vector<SocketAddress> addresses,
                                                Nanos each);
  Task<Result<SharedConnection>> connect_to(SocketAddress address, std::string name);

  EventLoop& loop_;
  Scheduler& scheduler_;
  BlockingExecutor& blocking_;
  Logger log_;
};

}  // namespace hanse::io
