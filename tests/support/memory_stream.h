// Streams and a network in memory, over any loop: what a writer writes its peer reads, with a bounded buffer
// between them, so that back-pressure is as real as over a socket.
//
// TLS is not spoken: the text given as certificate_pem is what the other end sees as peer().name.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "runtime/network.h"
#include "runtime/signal.h"

namespace hanse::test {

inline constexpr std::size_t kMemoryStreamBytes = 64 * 1024;  // in flight, for each direction

// One direction. shared_ptr: either end may go first.
struct MemoryPipe {
  explicit MemoryPipe(Scheduler& scheduler) : changed(scheduler) {}
  Signal changed;
  std::string data;
  bool write_ended = false;
  bool read_ended = false;
};

class MemoryStream final : public Stream {
 public:
  MemoryStream(std::shared_ptr<MemoryPipe> in, std::shared_ptr<MemoryPipe> out, PeerIdentity peer,
               std::string address)
      : in_(std::move(in)), out_(std::move(out)), peer_(std::move(peer)), address_(std::move(address)) {}
  ~MemoryStream() override { close(); }

  Task<Result<std::size_t>> read_some(std::span<std::byte> buffer) override { return read_from(in_, buffer); }
  Task<Status> write(std::span<const std::byte> data) override { return write_to(out_, data); }
  Task<Status> shutdown_write() override { return end_writing(out_); }
  void close() override {
    out_->write_ended = true;
    in_->read_ended = true;
    out_->changed.notify();
    in_->changed.notify();
  }
  PeerIdentity peer() const override { return peer_; }
  std::string remote_address() const override { return address_; }

 private:
  static Task<Result<std::size_t>> read_from(std::shared_ptr<MemoryPipe> pipe, std::span<std::byte> buffer) {
    while (pipe->data.empty() && !pipe->write_ended && !pipe->read_ended) {
      const auto seen = pipe->changed.version();
      co_await pipe->changed.changed_since(seen);
    }
    if (pipe->read_ended) co_return fail(Code::unavailable, "the stream is closed");
    const std::size_t size = std::min(buffer.size(), pipe->data.size());
    std::memcpy(buffer.data(), pipe->data.data(), size);
    pipe->data.erase(0, size);
    pipe->changed.notify();
    co_return size;
  }
  static Task<Status> write_to(std::shared_ptr<MemoryPipe> pipe, std::span<const std::byte> data) {
    for (;;) {
      if (pipe->read_ended || pipe->write_ended) co_return fail(Code::unavailable, "the peer has closed");
      const std::size_t size = std::min(data.size(), kMemoryStreamBytes - pipe->data.size());
      pipe->data.append(reinterpret_cast<const char*>(data.data()), size);
      data = data.subspan(size);
      if (size > 0) pipe->changed.notify();
      if (data.empty()) co_return Status();
      const auto seen = pipe->changed.version();
      co_await pipe->changed.changed_since(seen);
    }
  }
  static Task<Status> end_writing(std::shared_ptr<MemoryPipe> pipe) {
    pipe->write_ended = true;
    pipe->changed.notify();
    co_return Status();
  }

  std::shared_ptr<MemoryPipe> in_;
  std::shared_ptr<MemoryPipe> out_;
  PeerIdentity peer_;
  std::string address_;
};

using StreamPair = std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>>;

// `first` is who is at the first end, as the second end sees it.
inline StreamPair make_stream_pair(Scheduler& scheduler, PeerIdentity first = {}, PeerIdentity second = {},
                                   std::string first_address = "memory:1",
                                   std::string second_address = "memory:2") {
  auto forward = std::make_shared<MemoryPipe>(scheduler);
  auto backward = std::make_shared<MemoryPipe>(scheduler);
  return {std::make_unique<MemoryStream>(backward, forward, std::move(second), std::move(second_address)),
          std::make_unique<MemoryStream>(forward, backward, std::move(first), std::move(first_address))};
}

class MemoryNetwork final : public Network {
 public:
  explicit MemoryNetwork(Scheduler& scheduler) : scheduler_(scheduler) {}

  Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, std::optional<TlsOptions> tls,
                                                Nanos) override {
    const auto found = places_.find(endpoint);
    if (found == places_.end() || !found->second->open) {
      co_return fail(Code::unavailable, "nobody listens at {}", to_string(endpoint));
    }
    Place& place = *found->second;
    ++connections_;
    StreamPair pair = make_stream_pair(scheduler_, {.name = tls ? tls->certificate_pem : ""},
                                       {.name = place.tls ? place.tls->certificate_pem : ""},
                                       "memory:" + std::to_string(connections_), to_string(endpoint));
    place.waiting.push_back(std::move(pair.second));
    place.changed.notify();
    co_return std::move(pair.first);
  }

  Task<Result<std::unique_ptr<Listener>>> listen(Endpoint endpoint, std::optional<TlsOptions> tls) override {
    if (endpoint.unix_path.empty() && endpoint.port == 0) endpoint.port = next_port_++;
    std::shared_ptr<Place>& place = places_[endpoint];
    if (place && place->open) co_return fail(Code::unavailable, "{} is taken", to_string(endpoint));
    place = std::make_shared<Place>(scheduler_);
    place->tls = std::move(tls);
    co_return std::make_unique<MemoryListener>(place, endpoint);
  }

  // How many were ever made.
  std::uint64_t connections() const { return connections_; }

 private:
  // shared_ptr: the listener and the network may each go first.
  struct Place {
    explicit Place(Scheduler& scheduler) : changed(scheduler) {}
    Signal changed;
    std::deque<std::unique_ptr<Stream>> waiting;
    std::optional<TlsOptions> tls;
    bool open = true;
  };

  class MemoryListener final : public Listener {
   public:
    MemoryListener(std::shared_ptr<Place> place, Endpoint endpoint)
        : place_(std::move(place)), endpoint_(std::move(endpoint)) {}
    ~MemoryListener() override {
      place_->open = false;
      place_->waiting.clear();
    }
    Task<Result<std::unique_ptr<Stream>>> accept() override {
      while (place_->waiting.empty()) {
        const auto seen = place_->changed.version();
        co_await place_->changed.changed_since(seen);
      }
      std::unique_ptr<Stream> stream = std::move(place_->waiting.front());
      place_->waiting.pop_front();
      co_return stream;
    }
    Endpoint local_endpoint() const override { return endpoint_; }
    Status set_tls(TlsOptions tls) override {
      place_->tls = std::move(tls);
      return {};
    }

   private:
    std::shared_ptr<Place> place_;
    Endpoint endpoint_;
  };

  Scheduler& scheduler_;
  std::map<Endpoint, std::shared_ptr<Place>> places_;
  std::uint64_t connections_ = 0;
  std::uint16_t next_port_ = 1024;
};

}  // namespace hanse::test
