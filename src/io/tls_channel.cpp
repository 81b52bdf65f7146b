#include "io/tls_channel.h"

#include <new>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <utility>

#include "io/openssl_handles.h"
#include "io/tls_failure.h"
#include "io/tls_socket_bio.h"
#include "io/x509_reading.h"

namespace hanse::io {
namespace {

using Role = TlsContext::Role;

// Has OpenSSL check the certificate's host, and tells the server which of its certificates is meant.
bool expect_host(ssl_st* ssl, const std::string& host) {
  if (host.empty()) return true;
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1) return true;
  (void)openssl_reason();  // that it is no address
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

class TlsChannel final : public Channel {
 public:
  TlsChannel(std::shared_ptr<TlsContext> context, int socket)
      : context_(std::move(context)), ssl_(SSL_new(context_->get())) {
    BIO* bio = make_socket_bio(socket);
    if (!ssl_ || bio == nullptr) throw std::bad_alloc();
    SSL_set_bio(ssl_.get(), bio, bio);
    if (context_->role() == Role::server) {
      SSL_set_accept_state(ssl_.get());
    } else {
      SSL_set_connect_state(ssl_.get());
      if (!expect_host(ssl_.get(), context_->expected_host())) throw std::bad_alloc();
    }
  }

  Result<Step> handshake() override {
    if (identified_) return Step{};
    HANSE_TRY(const Step step, attempt([&](std::size_t&) { return SSL_do_handshake(ssl_.get()); }));
    if (step.need != Need::nothing) return step;
    HANSE_CHECK(identify());
    return step;
  }

  Result<Step> read(std::span<std::byte> buffer) override {
    HANSE_TRY(const Step ready, handshake());
    if (ready.need != Need::nothing) return ready;
    return attempt(
        [&](std::size_t& count) { return SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count); });
  }

  Result<Step> write(std::span<const std::byte> data) override {
    HANSE_TRY(const Step ready, handshake());
    if (ready.need != Need::nothing) return ready;
    return attempt(
        [&](std::size_t& count) { return SSL_write_ex(ssl_.get(), data.data(), data.size(), &count); });
  }

  Result<Step> finish() override {
    // OpenSSL forbids a farewell before the handshake has ended or after a failure.
    if (failed_ || !identified_) return Step{};
    return attempt([&](std::size_t&) { return SSL_shutdown(ssl_.get()) >= 0 ? 1 : -1; });
  }

  PeerIdentity peer() const override { return peer_; }

 private:
  // `call` returns what SSL_do_handshake and its like do: positive when it is done.
  template <class Call>
  Result<Step> attempt(Call call) {
    if (failed_) return fail(Code::unavailable, "TLS failed before; connect again");
    ERR_clear_error();
    std::size_t count = 0;
    const int result = call(count);
    if (result > 0) return Step{Need::nothing, count};
    switch (SSL_get_error(ssl_.get(), result)) {
      case SSL_ERROR_WANT_READ:
        return Step{Need::readable};
      case SSL_ERROR_WANT_WRITE:
        return Step{Need::writable};
      case SSL_ERROR_ZERO_RETURN:
        return Step{};  // the other end said its farewell
      default:
        failed_ = true;
        return fail(tls_failure(ssl_.get(), context_->role()));
    }
  }

  Status identify() {
    const STACK_OF(X509)* chain = SSL_get0_verified_chain(ssl_.get());
    if (chain != nullptr && sk_X509_num(chain) > 0 && SSL_get_verify_result(ssl_.get()) == X509_V_OK) {
      peer_.name = uri_name(sk_X509_value(chain, 0));
      // A trusted certificate that signed itself is its own issuer.
      peer_.issuer_fingerprint = fingerprint(sk_X509_value(chain, sk_X509_num(chain) > 1 ? 1 : 0));
    }
    const std::string& expected = context_->expected_name();
    if (!expected.empty() && peer_.name != expected) {
      failed_ = true;
      return fail(Code::unauthenticated, "it proves to be '{}' and not '{}'; check the address", peer_.name,
                  expected);
    }
    identified_ = true;
    return {};
  }

  // shared_ptr: the listener may have taken a newer context by now.
  std::shared_ptr<TlsContext> context_;
  ConnectionHandle ssl_;
  PeerIdentity peer_;
  bool identified_ = false;
  bool failed_ = false;
};

}  // namespace

std::unique_ptr<Channel> make_tls_channel(std::shared_ptr<TlsContext> context, int socket) {
  return std::make_unique<TlsChannel>(std::move(context), socket);
}

}  // namespace hanse::io
