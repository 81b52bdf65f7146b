// Builds the subject alternative names of a certificate. Thread: any. Failure: invalid_argument for an
// address that is none, or no name at all.
#pragma once

#include "base/result.h"
#include "io/openssl_handles.h"
#include "runtime/certificates.h"

namespace hanse::io {

Result<NamesHandle> alternative_names(const CertificateTerms& terms);

}  // namespace hanse::io
