#include "io/x509_reading.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace hanse::io {
namespace {

// A prompt on the terminal for the password of an encrypted key would hang a service.
int no_password(char*, int, int, void*) {
  return -1;
}

}  // namespace

Result<std::vector<CertificateHandle>> certificates_of_pem(std::string_view pem) {
  const BioHandle input = reading_bio(pem);
  std::vector<CertificateHandle> result;
  while (X509* next = PEM_read_bio_X509(input.get(), nullptr, &no_password, nullptr))
    result.emplace_back(next);
  // The end of the text is reported as a missing start line.
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string reason = openssl_reason();
  if (result.empty() || !at_end)
    return fail(Code::invalid_argument,
                "certificate is no readable PEM text: {}; give a BEGIN CERTIFICATE block", reason);
  return result;
}

Result<KeyHandle> key_of_pem(std::string_view pem) {
  const BioHandle input = reading_bio(pem);
  KeyHandle key(PEM_read_bio_PrivateKey(input.get(), nullptr, &no_password, nullptr));
  if (!key)
    return fail(Code::invalid_argument, "private key is no readable PEM text: {}; give an unencrypted key",
                openssl_reason());
  return key;
}

std::string uri_name(const x509_st* certificate) {
  const NamesHandle names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::string found;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    if (!found.empty()) return {};
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    found.assign(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                 static_cast<std::size_t>(ASN1_STRING_length(uri)));
  }
  return found;
}

std::string fingerprint(const x509_st* certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1) return {};
  return to_hex(digest, size);
}

}  // namespace hanse::io
