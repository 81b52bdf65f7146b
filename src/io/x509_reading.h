// What Hanse reads from a certificate. Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/openssl_handles.h"

namespace hanse::io {

// Errors: invalid_argument when the PEM text has none or a damaged one.
Result<std::vector<CertificateHandle>> certificates_of_pem(std::string_view pem);
Result<KeyHandle> key_of_pem(std::string_view pem);

// The URI subject alternative name. A certificate with none or with more than one names nobody: empty.
std::string uri_name(const x509_st* certificate);
// SHA-256 of the DER form, lower-case hexadecimal.
std::string fingerprint(const x509_st* certificate);

}  // namespace hanse::io
