// RelayedTls: simulated TLS over a stream whose nearer end is not the one that is spoken to, as through a
// relay: both ends say first who they are, in the stream itself, and each judges the other.
//
// Lifecycle: of the stream that it owns. Thread: the loop. Failure: unauthenticated when the other end is not
// trusted, or does not speak so.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "runtime/clock.h"
#include "runtime/network.h"
#include "simulator/core.h"

namespace hanse::simulator {

class RelayedTls final : public Stream {
 public:
  enum class Role { client, server };

  RelayedTls(Core& core, std::unique_ptr<Stream> stream, Role role, TlsOptions own)
      : core_(core), stream_(std::move(stream)), role_(role), own_(std::move(own)) {}

  // Done by the first read or write where it was not done before.
  Task<Status> shake_hands();

  Task<Result<std::size_t>> read_some(std::span<std::byte> buffer) override;
  Task<Status> write(std::span<const std::byte> data) override;
  Task<Status> shutdown_write() override { return stream_->shutdown_write(); }
  void close() override { stream_->close(); }
  PeerIdentity peer() const override { return peer_; }
  std::string remote_address() const override { return stream_->remote_address(); }

 private:
  Task<Result<TlsOptions>> read_hello();

  Core& core_;
  std::unique_ptr<Stream> stream_;
  Role role_;
  TlsOptions own_;
  PeerIdentity peer_;
  std::string read_ahead_;  // behind the other's hello
  bool shaken_ = false;
};

}  // namespace hanse::simulator
