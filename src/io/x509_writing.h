// Writes and signs certificates as PEM texts. Thread: any. Failure: invalid_argument for names that X.509
// cannot hold.
#pragma once

#include <openssl/x509.h>
#include <string>

#include "base/result.h"
#include "runtime/certificates.h"

namespace hanse::io {

struct Issuer {
  X509* certificate;
  EVP_PKEY* key;
};

Result<std::string> write_authority(EVP_PKEY* key, const std::string& common_name, Seconds lifetime,
                                    WallTime now);
Result<std::string> write_leaf(EVP_PKEY* subject_key, Issuer issuer, const CertificateTerms& terms,
                               WallTime now);

}  // namespace hanse::io
