#include "io/tls_failure.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "io/openssl_handles.h"

namespace hanse::io {
namespace {

Error plain_text(TlsContext::Role role) {
  return Error{Code::unauthenticated, role == TlsContext::Role::server
                                          ? "it speaks plain text on a TLS port; use https or TLS"
                                          : "it does not speak TLS; check the address and the port"};
}

}  // namespace

Error tls_failure(const ssl_st* connection, TlsContext::Role role) {
  const int system_error = errno;
  const unsigned long number = ERR_peek_error();
  if (number == 0) {
    return Error{Code::unavailable, system_error == 0
                                        ? "it was cut"
                                        : fmt::format("it was cut: {}", std::strerror(system_error))};
  }
  const int reason = ERR_GET_LIB(number) == ERR_LIB_SSL ? ERR_GET_REASON(number) : 0;
  const std::string text = openssl_reason();
  switch (reason) {
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return Error{Code::unavailable, "it was cut without a farewell"};
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return plain_text(role);
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return Error{Code::unauthenticated, "it shows no certificate; give it one of a trusted CA"};
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return Error{Code::unauthenticated,
                   fmt::format("its certificate is refused: {}; check that its CA is trusted here",
                               X509_verify_cert_error_string(SSL_get_verify_result(connection)))};
    default:
      return Error{Code::unauthenticated,
                   fmt::format("TLS failed: {}; check the certificates of both ends", text)};
  }
}

}  // namespace hanse::io
