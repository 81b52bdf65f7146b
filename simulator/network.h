// SimulatedNetwork: the Network of one run of a process. Host names are the names of processes; "localhost",
// "127.0.0.1" and "0.0.0.0" mean the process itself, and unix sockets reach only the same process.
//
// Lifecycle: one for each run; the Fabric (fabric.h) carries what lies between runs. Thread: the loop.
// Failure: unavailable when nobody listens, or nobody answers in time.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "runtime/network.h"
#include "runtime/scheduler.h"
#include "simulator/connection.h"
#include "simulator/core.h"

namespace hanse::simulator {

class Fabric;

class SimulatedStream final : public Stream {
 public:
  SimulatedStream(Scheduler& scheduler, std::shared_ptr<Connection> connection, int side);
  ~SimulatedStream() override { close(); }

  Task<Result<std::size_t>> read_some(std::span<std::byte> buffer) override;
  Task<Status> write(std::span<const std::byte> data) override;
  Task<Status> shutdown_write() override;
  void close() override { connection_->close(side_); }
  PeerIdentity peer() const override { return connection_->end(side_).peer; }
  std::string remote_address() const override { return connection_->end(1 - side_).address; }

 private:
  Status check_open() const;

  Signal changed_;
  std::shared_ptr<Connection> connection_;  // shared with the other end
  int side_;
};

class SimulatedListener final : public Listener {
 public:
  SimulatedListener(Core& core, Scheduler& scheduler, Fabric& fabric, std::string process, Endpoint endpoint,
                    std::optional<TlsOptions> tls);
  ~SimulatedListener() override;

  Task<Result<std::unique_ptr<Stream>>> accept() override;
  Endpoint local_endpoint() const override { return endpoint_; }
  Status set_tls(TlsOptions tls) override;

  const std::optional<TlsOptions>& tls() const { return tls_; }
  bool full() const { return waiting_.size() >= kBacklog; }
  // `may_be_passed_on`: by a relay, so that the other end says itself who it is.
  void offer(std::shared_ptr<Connection> connection, bool may_be_passed_on);

  static constexpr std::size_t kBacklog = 128;

 private:
  Core& core_;
  Scheduler& scheduler_;
  Fabric& fabric_;
  std::string process_;
  Endpoint endpoint_;
  std::optional<TlsOptions> tls_;
  Signal changed_;
  std::deque<std::unique_ptr<Stream>> waiting_;
};

class SimulatedNetwork final : public Network {
 public:
  SimulatedNetwork(Core& core, Fabric& fabric, Scheduler& scheduler, std::string process);

  Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, std::optional<TlsOptions> tls,
                                                Nanos timeout) override;
  Task<Result<std::unique_ptr<Listener>>> listen(Endpoint endpoint, std::optional<TlsOptions> tls) override;

 private:
  Task<Status> reach(std::string target, Nanos deadline, std::string what);

  Core& core_;
  Fabric& fabric_;
  Scheduler& scheduler_;
  std::string process_;
};

}  // namespace hanse::simulator
