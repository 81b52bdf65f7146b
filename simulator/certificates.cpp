#include "simulator/certificates.h"

#include "simulator/handshake.h"

namespace hanse::simulator {
namespace {

constexpr int kFingerprintDigits = 64;
constexpr std::string_view kRequestMark = "sim-request ";
constexpr Nanos kBackdating = std::chrono::minutes{5};  // for clocks that are behind

}  // namespace

Result<KeyedCertificate> SimulatedCertificates::make_authority(std::string common_name, Seconds lifetime) {
  const std::string fingerprint = random_token(random_, kFingerprintDigits);
  const CertificateText text{.is_authority = true,
                             .name = std::move(common_name),
                             .fingerprint = fingerprint,
                             .issuer = fingerprint,
                             .key = fingerprint,
                             .not_before = clock_.wall_now() - kBackdating,
                             .not_after = clock_.wall_now() + lifetime};
  return KeyedCertificate{.certificate_pem = to_pem(text), .key_pem = key_text(fingerprint)};
}

Result<KeyedCertificate> SimulatedCertificates::issue(const KeyedCertificate& authority,
                                                      const CertificateTerms& terms) {
  const std::string key = random_token(random_, kFingerprintDigits);
  HANSE_TRY(std::string certificate, sign(authority, key, terms));
  return KeyedCertificate{.certificate_pem = std::move(certificate), .key_pem = key_text(key)};
}

Result<KeyedRequest> SimulatedCertificates::make_request() {
  const std::string key = random_token(random_, kFingerprintDigits);
  return KeyedRequest{.request_pem = fmt::format("{}{}\n", kRequestMark, key), .key_pem = key_text(key)};
}

Result<std::string> SimulatedCertificates::sign_request(const KeyedCertificate& authority,
                                                        std::string_view request_pem,
                                                        const CertificateTerms& terms) {
  const std::size_t mark = request_pem.find(kRequestMark);
  if (mark == std::string_view::npos)
    return fail(Code::invalid_argument, "the request for a certificate is not readable; make a new one");
  const std::string_view rest = request_pem.substr(mark + kRequestMark.size());
  return sign(authority, std::string(rest.substr(0, rest.find('\n'))), terms);
}

Result<CertificateInfo> SimulatedCertificates::read(std::string_view certificate_pem) {
  const auto text = read_certificate(certificate_pem);
  if (!text) return fail(Code::invalid_argument, "the text holds no certificate; give one in PEM");
  return CertificateInfo{.name = text->is_authority ? "" : text->name,
                         .common_name = text->name,
                         .not_before = text->not_before,
                         .not_after = text->not_after,
                         .fingerprint = text->fingerprint,
                         .is_authority = text->is_authority};
}

Result<std::string> SimulatedCertificates::sign(const KeyedCertificate& authority, const std::string& key,
                                                const CertificateTerms& terms) {
  const auto issuer = read_certificate(authority.certificate_pem);
  if (!issuer || !issuer->is_authority || !holds_key(authority.key_pem, issuer->key))
    return fail(Code::invalid_argument, "the authority's certificate and key do not belong together");
  if (terms.name.empty() || terms.name.find_first_of(" \n") != std::string::npos)
    return fail(Code::invalid_argument, "'{}' is no name for a certificate; use a URI", terms.name);
  return to_pem(CertificateText{.name = terms.name,
                                .fingerprint = random_token(random_, kFingerprintDigits),
                                .issuer = issuer->fingerprint,
                                .key = key,
                                .not_before = clock_.wall_now() - kBackdating,
                                .not_after = clock_.wall_now() + terms.lifetime});
}

}  // namespace hanse::simulator
