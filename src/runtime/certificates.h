// Certificates: what zones, hosts and clients prove with who they are. PEM texts in and out, ECDSA P-256; the
// real one is in io/ (OpenSSL). A name is a URI: hanse://zone/a, hanse://zone/a/host/h1.
//
// Thread: any; each call takes well below a millisecond. Failure: invalid_argument for unusable PEM texts or
// names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/clock.h"

namespace hanse {

struct KeyedCertificate {
  std::string certificate_pem = {};
  std::string key_pem = {};
};

// A new key, and the request for a certificate of it; the key never leaves its owner.
struct KeyedRequest {
  std::string request_pem = {};
  std::string key_pem = {};
};

// What the CA says in a certificate that it issues, whatever was asked for.
struct CertificateTerms {
  std::string name = {};  // the URI name
  std::vector<std::string> dns_names = {};
  std::vector<std::string> ip_addresses = {};  // "192.0.2.7", "2001:db8::7"
  bool for_server = true;
  bool for_client = true;
  Seconds lifetime = Seconds{24 * 3600};
};

struct CertificateInfo {
  std::string name = {};  // the URI name, empty for a CA
  std::string common_name = {};
  WallTime not_before = {};
  WallTime not_after = {};
  std::string fingerprint = {};  // SHA-256 of the DER form, lower-case hexadecimal
  bool is_authority = false;
};

class Certificates {
 public:
  virtual ~Certificates() = default;
  // A CA that signs itself.
  virtual Result<KeyedCertificate> make_authority(std::string common_name, Seconds lifetime) = 0;
  // Makes the key too.
  virtual Result<KeyedCertificate> issue(const KeyedCertificate& authority,
                                         const CertificateTerms& terms) = 0;
  virtual Result<KeyedRequest> make_request() = 0;
  // The certificate for the key of the request, which proves by its signature that its maker has it.
  virtual Result<std::string> sign_request(const KeyedCertificate& authority, std::string_view request_pem,
                                           const CertificateTerms& terms) = 0;
  // Of the first certificate in the text.
  virtual Result<CertificateInfo> read(std::string_view certificate_pem) = 0;
};

}  // namespace hanse
