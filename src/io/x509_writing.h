// Writes and signs certificates as PEM texts. Thread: any. Failure: invalid_argument for names that X.509
// cannot hold.
#pragma once

#include <string>

#include "base/result.h"
#include "runtime/certificates.h"

struct evp_pkey_st;
struct x509_st;

namespace hanse::io {

struct Issuer {
  x509_st* certificate;
  evp_pkey_st* key;
};

Result<std::string> write_authority(evp_pkey_st* key, const std::string& common_name, Seconds lifetime,
                                    WallTime now);
Result<std::string> write_leaf(evp_pkey_st* subject_key, Issuer issuer, const CertificateTerms& terms,
                               WallTime now);

}  // namespace hanse::io
