#include "simulator/relayed_tls.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "simulator/handshake.h"

namespace hanse::simulator {
namespace {

constexpr std::size_t kLongestHello = 64 * 1024;

}  // namespace

// "sim-tls <size of certificate> <size of key>\n", then the two.
Task<Status> RelayedTls::shake_hands() {
  if (shaken_) co_return Status();
  const std::string hello = fmt::format("sim-tls {} {}\n{}{}", own_.certificate_pem.size(),
                                        own_.key_pem.size(), own_.certificate_pem, own_.key_pem);
  HANSE_CO_CHECK(co_await stream_->write(as_bytes(hello)));
  HANSE_CO_TRY(const TlsOptions other, co_await read_hello());
  const Handshake seen = role_ == Role::client ? judge_server(own_, other, core_.wall_now())
                                               : judge_client(other, own_, core_.wall_now());
  const auto& error = role_ == Role::client ? seen.client_error : seen.server_error;
  if (error) {
    stream_->close();
    co_return fail(*error);
  }
  peer_ = role_ == Role::client ? seen.seen_by_client : seen.seen_by_server;
  shaken_ = true;
  co_return Status();
}

Task<Result<TlsOptions>> RelayedTls::read_hello() {
  const Error stranger{Code::unauthenticated, "the other end does not speak TLS"};
  std::array<std::byte, 4096> buffer{};
  for (;;) {
    const std::size_t line = read_ahead_.find('\n');
    if (line != std::string::npos) {
      std::size_t certificate = 0;
      std::size_t key = 0;
      if (std::sscanf(read_ahead_.c_str(), "sim-tls %zu %zu\n", &certificate, &key) != 2 ||
          certificate + key > kLongestHello)
        co_return fail(stranger);
      if (read_ahead_.size() >= line + 1 + certificate + key) {
        TlsOptions other{.certificate_pem = read_ahead_.substr(line + 1, certificate),
                         .key_pem = read_ahead_.substr(line + 1 + certificate, key)};
        read_ahead_.erase(0, line + 1 + certificate + key);
        co_return other;
      }
    }
    if (read_ahead_.size() > kLongestHello) co_return fail(stranger);
    HANSE_CO_TRY(const std::size_t count, co_await stream_->read_some(buffer));
    if (count == 0) co_return fail(Code::unavailable, "the stream ended before the handshake");
    read_ahead_.append(reinterpret_cast<const char*>(buffer.data()), count);
  }
}

Task<Result<std::size_t>> RelayedTls::read_some(std::span<std::byte> buffer) {
  HANSE_CO_CHECK(co_await shake_hands());
  if (read_ahead_.empty()) co_return co_await stream_->read_some(buffer);
  const std::size_t count = std::min(buffer.size(), read_ahead_.size());
  std::memcpy(buffer.data(), read_ahead_.data(), count);
  read_ahead_.erase(0, count);
  co_return count;
}

Task<Status> RelayedTls::write(std::span<const std::byte> data) {
  HANSE_CO_CHECK(co_await shake_hands());
  co_return co_await stream_->write(data);
}

}  // namespace hanse::simulator
