// Byte streams between processes: TCP (with or without TLS) and unix sockets. The real network is in io/, the
// simulated one in simulator/.
//
// Lifecycle: a Stream closes when it is destroyed. One reader and one writer may be active at a time.
// Thread: the loop. Failure: unavailable when the peer is gone or unreachable, unauthenticated when TLS
// refuses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"  // for those who write texts to a stream
#include "base/result.h"
#include "base/task.h"
#include "base/units.h"

namespace hanse {

// "host:port", "[v6]:port", or a path when `unix_path` is not empty.
struct Endpoint {
  std::string host = {};
  std::uint16_t port = 0;
  std::string unix_path = {};
  auto operator<=>(const Endpoint&) const = default;
};

std::string to_string(const Endpoint& endpoint);
// Reads "host:port", "[v6]:port" or "unix:/path". Errors: invalid_argument.
Result<Endpoint> parse_endpoint(std::string_view text);

// Who we are and whom we trust; PEM texts. An empty certificate means: none to show.
struct TlsOptions {
  std::string certificate_pem = {};
  std::string key_pem = {};
  std::string trusted_ca_pem = {};  // one or more CA certificates
  // Client: trust the CA with this SHA-256, which the server shows behind its certificate; for a first
  // contact, in place of trusted_ca_pem.
  std::string pinned_ca_fingerprint = {};
  std::string expected_name =
      {};  // client: the URI name that the server must have; empty: any name of a trusted CA
  bool require_certificate = false;  // server: refuse clients without a certificate of a trusted CA
  // Client: the DNS name or IP address that the server's certificate must be for, as public CAs issue them.
  std::string expected_host = {};
};

// Who is at the other end, as TLS proved it. Both are empty for a peer without certificate and on plain
// streams.
struct PeerIdentity {
  std::string name = {};  // URI name: hanse://zone/a, hanse://zone/a/host/h1
  std::string issuer_fingerprint =
      {};  // SHA-256 of the CA certificate that signed it, lower-case hexadecimal
};

class Stream {
 public:
  virtual ~Stream() = default;
  // Reads at least one byte; 0 is the end of the stream.
  virtual Task<Result<std::size_t>> read_some(std::span<std::byte> buffer) = 0;
  // Writes all. Requires: `data` stays valid until it completes.
  virtual Task<Status> write(std::span<const std::byte> data) = 0;
  // Says that no more will be written; the other end reads to the end. A TLS stream closes whole.
  virtual Task<Status> shutdown_write() = 0;
  virtual void close() = 0;
  virtual PeerIdentity peer() const = 0;
  // For messages and limits: "192.0.2.7:43210" or "unix".
  virtual std::string remote_address() const = 0;
};

class Listener {
 public:
  virtual ~Listener() = default;
  // With TLS the handshake is done by the stream's first read or write, so that a slow client holds up
  // nobody.
  virtual Task<Result<std::unique_ptr<Stream>>> accept() = 0;
  virtual Endpoint local_endpoint() const = 0;
  // What new connections will be served with from now on; those that are open keep what they have.
  virtual Status set_tls(TlsOptions tls) = 0;
};

class Network {
 public:
  virtual ~Network() = default;
  // Connects and, with TLS, completes the handshake, all within `timeout`.
  virtual Task<Result<std::unique_ptr<Stream>>> connect(Endpoint endpoint, std::optional<TlsOptions> tls,
                                                        Nanos timeout) = 0;
  // Port 0 takes a free one, see local_endpoint(). An old unix socket file is replaced.
  virtual Task<Result<std::unique_ptr<Listener>>> listen(Endpoint endpoint,
                                                         std::optional<TlsOptions> tls) = 0;
};

}  // namespace hanse
