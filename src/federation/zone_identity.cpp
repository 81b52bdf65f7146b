#include "federation/zone_identity.h"

#include "federation/peers.h"

namespace hanse::federation {
namespace {

constexpr std::uint32_t kPublicMode = 0644;
constexpr std::uint32_t kSecretMode = 0600;

bool is_address(const std::string& text) {
  return text.find(':') != std::string::npos || text.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace

Task<Status> ZoneIdentity::load_or_create() {
  const std::string ca_path = folder_ + "/ca.pem";
  const std::string key_path = folder_ + "/ca-key.pem";
  HANSE_CO_CHECK(co_await files_.make_directories(folder_));
  const Result<std::string> key = co_await files_.read(key_path, kSmallFileLimit);
  const Result<std::string> ca = co_await files_.read(ca_path, kSmallFileLimit);
  if (key && ca) {
    authority_ = {.certificate_pem = *ca, .key_pem = *key};
  } else {
    // The certificate is written last: a crash in between leaves a key that nobody has seen a certificate of.
    if (ca || (!key && key.error().code != Code::not_found)) {
      co_return fail(Code::data_loss, "{} is there and its key {} is not; restore the key from a backup",
                     ca_path, key_path);
    }
    HANSE_CO_TRY(authority_, certificates_.make_authority("Hanse zone " + zone_, kAuthorityLifetime));
    HANSE_CO_CHECK(co_await files_.write_atomically(key_path, authority_.key_pem, kSecretMode));
    HANSE_CO_CHECK(co_await files_.write_atomically(ca_path, authority_.certificate_pem, kPublicMode));
  }
  HANSE_CO_TRY(const CertificateInfo info, certificates_.read(authority_.certificate_pem));
  fingerprint_ = info.fingerprint;
  co_return Status();
}

Status ZoneIdentity::renew(const std::vector<std::string>& addresses) {
  CertificateTerms terms{.name = zone_name_uri(zone_), .lifetime = kCertificateLifetime};
  for (const std::string& address : addresses) {
    (is_address(address) ? terms.ip_addresses : terms.dns_names).push_back(address);
  }
  HANSE_TRY(certificate_, certificates_.issue(authority_, terms));
  return {};
}

}  // namespace hanse::federation
