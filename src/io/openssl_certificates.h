// The Certificates of the real runtime, by OpenSSL: ECDSA P-256 keys, SHA-256, X.509 v3 with the extensions
// that GnuTLS, and so QEMU, insists on. Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "runtime/certificates.h"

namespace hanse::io {

class OpensslCertificates final : public Certificates {
 public:
  explicit OpensslCertificates(const Clock& clock) : clock_(clock) {}

  Result<KeyedCertificate> make_authority(std::string common_name, Seconds lifetime) override;
  Result<KeyedCertificate> issue(const KeyedCertificate& authority, const CertificateTerms& terms) override;
  Result<KeyedRequest> make_request() override;
  Result<std::string> sign_request(const KeyedCertificate& authority, std::string_view request_pem,
                                   const CertificateTerms& terms) override;
  Result<CertificateInfo> read(std::string_view certificate_pem) override;

 private:
  const Clock& clock_;
};

}  // namespace hanse::io
