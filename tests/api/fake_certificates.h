// Certificates for unit tests: texts that say what is in them.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>

#include "runtime/certificates.h"

namespace hanse::test {

class FakeCertificates final : public Certificates {
 public:
  Result<KeyedCertificate> make_authority(std::string common_name, Seconds) override {
    return KeyedCertificate{"ca of " + common_name, "key of " + common_name};
  }
  Result<KeyedCertificate> issue(const KeyedCertificate& authority, const CertificateTerms& terms) override {
    return KeyedCertificate{fmt::format("{} by {}", terms.name, authority.certificate_pem), "key"};
  }
  Result<KeyedRequest> make_request() override { return KeyedRequest{"request", "key"}; }
  Result<std::string> sign_request(const KeyedCertificate& authority, std::string_view request_pem,
                                   const CertificateTerms& terms) override {
    if (request_pem != "request") return fail_field("/requestPem", "this is not a certificate request");
    return fmt::format("{} by {}", terms.name, authority.certificate_pem);
  }
  Result<CertificateInfo> read(std::string_view certificate_pem) override {
    return CertificateInfo{.fingerprint = "fingerprint of " + std::string(certificate_pem)};
  }
};

}  // namespace hanse::test
