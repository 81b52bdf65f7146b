// SimulatedCertificates: CAs, requests and certificates as texts that handshake.h understands. They prove
// nothing to an attacker, but the rules are those of real ones: only the CA's key signs, a request proves the
// key that it is for, terms are the CA's, and certificates expire.
//
// Thread: the loop. Failure: as Certificates says.
#pragma once

#include <string>
#include <string_view>

#include "runtime/certificates.h"
#include "runtime/random.h"

namespace hanse::simulator {

class SimulatedCertificates final : public Certificates {
 public:
  // Those of the Runtime.
  SimulatedCertificates(Clock& clock, Random& random) : clock_(clock), random_(random) {}

  Result<KeyedCertificate> make_authority(std::string common_name, Seconds lifetime) override;
  Result<KeyedCertificate> issue(const KeyedCertificate& authority, const CertificateTerms& terms) override;
  Result<KeyedRequest> make_request() override;
  Result<std::string> sign_request(const KeyedCertificate& authority, std::string_view request_pem,
                                   const CertificateTerms& terms) override;
  Result<CertificateInfo> read(std::string_view certificate_pem) override;

 private:
  Result<std::string> sign(const KeyedCertificate& authority, const std::string& key,
                           const CertificateTerms& terms);

  Clock& clock_;
  Random& random_;
};

}  // namespace hanse::simulator
