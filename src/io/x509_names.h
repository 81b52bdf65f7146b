// Builds the subject alternative names of a certificate. Thread: any. Failure: invalid_argument for an
// address that is none, or no name at all.
#pragma once

#include <memory>
#include <openssl/x509v3.h>

#include "base/result.h"
#include "io/openssl_handles.h"
#include "runtime/certificates.h"

namespace hanse::io {

using NamesHandle = std::unique_ptr<GENERAL_NAMES, OpensslDeleter<GENERAL_NAMES_free>>;

Result<NamesHandle> alternative_names(const CertificateTerms& terms);

}  // namespace hanse::io
