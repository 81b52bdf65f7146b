// A Stream with a look-ahead: bytes that were read but not used stay in front of those still to come. Server
// and client read messages through it, and hand it over whole after an upgrade.
//
// Failure: that of the stream below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "runtime/network.h"

namespace hanse::http {

class BufferedStream final : public Stream {
 public:
  // The look-ahead grows between these two.
  static constexpr std::size_t kFirstBytes = 4 * 1024;
  static constexpr std::size_t kMostBytes = 64 * 1024;

  explicit BufferedStream(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}

  std::span<const std::byte> buffered() const { return std::span(buffer_).subspan(begin_, end_ - begin_); }
  void consume(std::size_t bytes) { begin_ += bytes; }
  // All that ever came from the stream below: whether the other end was heard at all.
  std::uint64_t bytes_read() const { return bytes_read_; }
  // Reads more behind what is there; 0 is the end of the stream. Errors: resource_exhausted when the
  // look-ahead is full.
  Task<Result<std::size_t>> fill();

  Task<Result<std::size_t>> read_some(std::span<std::byte> buffer) override;
  Task<Status> write(std::span<const std::byte> data) override { return stream_->write(data); }
  Task<Status> shutdown_write() override { return stream_->shutdown_write(); }
  void close() override { stream_->close(); }
  PeerIdentity peer() const override { return stream_->peer(); }
  std::string remote_address() const override { return stream_->remote_address(); }

 private:
  std::unique_ptr<Stream> stream_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace hanse::http
