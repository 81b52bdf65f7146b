#include "io/openssl_certificates.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "io/openssl_handles.h"
#include "io/x509_reading.h"
#include "io/x509_writing.h"

namespace hanse::io {
namespace {

Result<KeyHandle> make_key() {
  KeyHandle key(EVP_EC_gen("P-256"));
  if (!key) return fail(Code::internal, "no key can be made: {}", openssl_reason());
  return key;
}

std::string key_pem(EVP_PKEY* key) {
  const BioHandle output = writing_bio();
  PEM_write_bio_PKCS8PrivateKey(output.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return written_text(output.get());
}

std::string request_pem_of(X509_REQ* request) {
  const BioHandle output = writing_bio();
  PEM_write_bio_X509_REQ(output.get(), request);
  return written_text(output.get());
}

// The certificate for `subject_key` under the authority's name and key.
Result<std::string> issue_for(EVP_PKEY* subject_key, const KeyedCertificate& authority,
                              const CertificateTerms& terms, WallTime now) {
  HANSE_TRY(const auto chain, certificates_of_pem(authority.certificate_pem));
  HANSE_TRY(const auto issuer_key, key_of_pem(authority.key_pem));
  return write_leaf(subject_key, Issuer{chain.front().get(), issuer_key.get()}, terms, now);
}

WallTime wall_time_of(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return WallTime(Seconds(timegm(&parts)));
}

std::string common_name_of(const X509* certificate) {
  char text[256] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text, sizeof(text));
  return text;
}

}  // namespace

Result<KeyedCertificate> OpensslCertificates::make_authority(std::string common_name, Seconds lifetime) {
  HANSE_TRY(const auto key, make_key());
  HANSE_TRY(auto certificate, write_authority(key.get(), common_name, lifetime, clock_.wall_now()));
  return KeyedCertificate{std::move(certificate), key_pem(key.get())};
}

Result<KeyedCertificate> OpensslCertificates::issue(const KeyedCertificate& authority,
                                                    const CertificateTerms& terms) {
  HANSE_TRY(const auto key, make_key());
  HANSE_TRY(auto certificate, issue_for(key.get(), authority, terms, clock_.wall_now()));
  return KeyedCertificate{std::move(certificate), key_pem(key.get())};
}

Result<KeyedRequest> OpensslCertificates::make_request() {
  HANSE_TRY(const auto key, make_key());
  const RequestHandle request(X509_REQ_new());
  if (!request || X509_REQ_set_pubkey(request.get(), key.get()) != 1 ||
      X509_REQ_sign(request.get(), key.get(), EVP_sha256()) <= 0)
    return fail(Code::internal, "no certificate request can be made: {}", openssl_reason());
  return KeyedRequest{request_pem_of(request.get()), key_pem(key.get())};
}

Result<std::string> OpensslCertificates::sign_request(const KeyedCertificate& authority,
                                                      std::string_view request_pem,
                                                      const CertificateTerms& terms) {
  const BioHandle input = reading_bio(request_pem);
  const RequestHandle request(PEM_read_bio_X509_REQ(input.get(), nullptr, nullptr, nullptr));
  if (!request)
    return fail(Code::invalid_argument,
                "certificate request is no readable PEM text: {}; give a BEGIN CERTIFICATE REQUEST block",
                openssl_reason());
  EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
  if (key == nullptr || X509_REQ_verify(request.get(), key) != 1)
    return fail(Code::invalid_argument,
                "certificate request is not signed by its own key: {}; make a new one", openssl_reason());
  return issue_for(key, authority, terms, clock_.wall_now());
}

Result<CertificateInfo> OpensslCertificates::read(std::string_view certificate_pem) {
  HANSE_TRY(const auto chain, certificates_of_pem(certificate_pem));
  X509* certificate = chain.front().get();
  return CertificateInfo{.name = uri_name(certificate),
                         .common_name = common_name_of(certificate),
                         .not_before = wall_time_of(X509_get0_notBefore(certificate)),
                         .not_after = wall_time_of(X509_get0_notAfter(certificate)),
                         .fingerprint = fingerprint(certificate),
                         .is_authority = X509_check_ca(certificate) == 1};
}

}  // namespace hanse::io
