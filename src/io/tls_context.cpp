#include "io/tls_context.h"

#include <new>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "io/openssl_handles.h"
#include "io/tls_channel.h"
#include "io/x509_reading.h"

namespace hanse::io {

TlsContext::TlsContext(Role role, std::string expected_name)
    : role_(role), expected_name_(std::move(expected_name)), context_(SSL_CTX_new(TLS_method())) {
  if (context_ == nullptr) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(context_, TLS1_3_VERSION);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context_, 0);
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                 SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
  SSL_CTX_set_read_ahead(context_, 1);
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

Result<std::shared_ptr<TlsContext>> TlsContext::for_server(const TlsOptions& options) {
  auto context = std::make_shared<TlsContext>(Role::server, std::string());
  if (options.certificate_pem.empty())
    return fail(Code::invalid_argument, "a TLS server needs a certificate; issue one from the zone's CA");
  HANSE_CHECK(context->use_identity(options));
  if (options.trusted_ca_pem.empty()) {
    if (options.require_certificate)
      return fail(Code::invalid_argument, "client certificates are required but no CA is trusted; name one");
    return context;
  }
  HANSE_CHECK(context->trust(options.trusted_ca_pem));
  SSL_CTX_set_verify(context->context_,
                     SSL_VERIFY_PEER | (options.require_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  return context;
}

Result<std::shared_ptr<TlsContext>> TlsContext::for_client(const TlsOptions& options) {
  auto context = std::make_shared<TlsContext>(Role::client, options.expected_name);
  context->expected_host_ = options.expected_host;
  if (options.trusted_ca_pem.empty() && options.pinned_ca_fingerprint.empty())
    return fail(Code::invalid_argument,
                "a TLS client needs a CA to trust; give the CA certificate of the zone");
  if (options.pinned_ca_fingerprint.empty()) {
    HANSE_CHECK(context->trust(options.trusted_ca_pem));
  } else {
    context->pin(options.pinned_ca_fingerprint);
  }
  if (!options.certificate_pem.empty()) HANSE_CHECK(context->use_identity(options));
  SSL_CTX_set_verify(context->context_, SSL_VERIFY_PEER, nullptr);
  return context;
}

Status TlsContext::use_identity(const TlsOptions& options) {
  HANSE_TRY(auto chain, certificates_of_pem(options.certificate_pem));
  HANSE_TRY(auto key, key_of_pem(options.key_pem));
  bool good = SSL_CTX_use_certificate(context_, chain.front().get()) == 1 &&
              SSL_CTX_use_PrivateKey(context_, key.get()) == 1;
  for (std::size_t i = 1; good && i < chain.size(); ++i)
    good = SSL_CTX_add1_chain_cert(context_, chain[i].get()) == 1;
  if (!good)
    return fail(Code::invalid_argument,
                "certificate and key cannot be used: {}; check that they belong together", openssl_reason());
  return {};
}

Status TlsContext::trust(const std::string& ca_pem) {
  HANSE_TRY(auto authorities, certificates_of_pem(ca_pem));
  for (const CertificateHandle& authority : authorities) {
    // A server does not name them when it asks for a certificate: who knocks shall not learn who else is
    // trusted, and with thousands of them the list would not fit into a handshake.
    if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), authority.get()) != 1)
      return fail(Code::invalid_argument, "CA certificate cannot be trusted: {}", openssl_reason());
  }
  return {};
}

void TlsContext::pin(std::string fingerprint) {
  pinned_fingerprint_ = std::move(fingerprint);
  SSL_CTX_set_cert_verify_callback(context_, &TlsContext::verify_pinned, this);
}

// Trusts, for this one chain, the CA in it that has the pinned fingerprint, and lets OpenSSL do the rest.
int TlsContext::verify_pinned(x509_store_ctx_st* chain, void* context) {
  const std::string& pinned = static_cast<const TlsContext*>(context)->pinned_fingerprint_;
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> trusted(
      sk_X509_new_null(), [](STACK_OF(X509) * stack) { sk_X509_free(stack); });
  const STACK_OF(X509)* shown = X509_STORE_CTX_get0_untrusted(chain);
  for (int i = 0; i < sk_X509_num(shown); ++i) {
    X509* certificate = sk_X509_value(shown, i);
    if (fingerprint(certificate) == pinned) sk_X509_push(trusted.get(), certificate);
  }
  X509_STORE_CTX_set0_trusted_stack(chain, trusted.get());
  return X509_verify_cert(chain);
}

std::unique_ptr<Channel> TlsContext::make_channel(int socket) {
  return make_tls_channel(shared_from_this(), socket);
}

}  // namespace hanse::io
