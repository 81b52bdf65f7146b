#include "federation/zone_identity.h"

#include <algorithm>

#include "federation/peers.h"

namespace hanse::federation {
namespace {

constexpr std::uint32_t kPublicMode = 0644;
constexpr std::uint32_t kSecretMode = 0600;
constexpr char kIdentityKey[] = "identity-key.pem";
constexpr char kPrevious[] = "ca-previous.pem";
constexpr char kPreviousUntil[] = "ca-previous-until";

bool is_address(const std::string& text) {
  return text.find(':') != std::string::npos || text.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace

Task<Status> ZoneIdentity::load_or_create() {
  HANSE_CO_CHECK(co_await files_.make_directories(folder_));
  HANSE_CO_CHECK(co_await load_key());
  co_return co_await load_authority();
}

Task<Status> ZoneIdentity::load_key() {
  const Result<std::string> key = co_await files_.read(path(kIdentityKey), kSmallFileLimit);
  if (key) {
    HANSE_CO_TRY(std::string public_key, cryptography_.signatures.public_key_of(*key));
    identity_ = {.public_key = std::move(public_key), .key_pem = *key};
    co_return Status();
  }
  if (key.error().code != Code::not_found) co_return fail(key.error());
  HANSE_CO_TRY(identity_, cryptography_.signatures.make_key());
  co_return co_await files_.write_atomically(path(kIdentityKey), identity_.key_pem, kSecretMode);
}

Task<Status> ZoneIdentity::load_authority() {
  HANSE_CO_TRY(std::optional<KeyedCertificate> current, co_await read_pair("ca"));
  if (current) {
    authority_ = std::move(*current);
  } else {
    HANSE_CO_TRY(authority_, co_await make_pair("ca"));
  }
  HANSE_CO_TRY(std::optional<KeyedCertificate> next, co_await read_pair("ca-next"));
  next_ = next ? std::move(*next) : KeyedCertificate{};
  HANSE_CO_TRY(previous_pem_, co_await read_optional(kPrevious));
  HANSE_CO_TRY(previous_until_, co_await read_optional(kPreviousUntil));
  // A crash has cut a change of the CA short after its key was written.
  if (has_next() && next_.key_pem == authority_.key_pem) co_return co_await finish_change();
  co_return take_fingerprints();
}

// The certificate is written last: a crash in between leaves a key that nobody has seen a certificate of.
Task<Result<std::optional<KeyedCertificate>>> ZoneIdentity::read_pair(std::string name) {
  const std::string ca_path = path(name + ".pem");
  const std::string key_path = path(name + "-key.pem");
  const Result<std::string> key = co_await files_.read(key_path, kSmallFileLimit);
  const Result<std::string> ca = co_await files_.read(ca_path, kSmallFileLimit);
  if (key && ca) co_return KeyedCertificate{.certificate_pem = *ca, .key_pem = *key};
  if (ca || (!key && key.error().code != Code::not_found)) {
    co_return fail(Code::data_loss, "{} is there and its key {} is not; restore the key from a backup",
                   ca_path, key_path);
  }
  co_return std::optional<KeyedCertificate>();
}

Task<Result<KeyedCertificate>> ZoneIdentity::make_pair(std::string name) {
  HANSE_CO_TRY(KeyedCertificate made,
               cryptography_.certificates.make_authority(authority_name(zone_), kAuthorityLifetime));
  HANSE_CO_CHECK(co_await files_.write_atomically(path(name + "-key.pem"), made.key_pem, kSecretMode));
  HANSE_CO_CHECK(co_await files_.write_atomically(path(name + ".pem"), made.certificate_pem, kPublicMode));
  co_return made;
}

Task<Result<std::string>> ZoneIdentity::read_optional(std::string name) {
  Result<std::string> text = co_await files_.read(path(name), kSmallFileLimit);
  if (!text && text.error().code == Code::not_found) co_return std::string();
  co_return text;
}

Status ZoneIdentity::take_fingerprints() {
  own_fingerprints_.clear();
  for (const std::string& pem : ca_pems()) {
    HANSE_TRY(const CertificateInfo info, cryptography_.certificates.read(pem));
    own_fingerprints_.push_back(info.fingerprint);
  }
  fingerprint_ = own_fingerprints_.front();
  return {};
}

Task<Status> ZoneIdentity::announce_authority() {
  if (has_next()) {
    co_return fail(Code::failed_precondition,
                   "zone '{}' has announced its next CA already; take it into use with "
                   "'hanse federation rotate --finish'",
                   zone_);
  }
  HANSE_CO_TRY(next_, co_await make_pair("ca-next"));
  co_return take_fingerprints();
}

// The key is written before the certificate: from then on ca-next, which holds both, says what is to be
// finished.
Task<Status> ZoneIdentity::change_authority(WallTime previous_until) {
  if (!has_next()) {
    co_return fail(Code::failed_precondition,
                   "zone '{}' has announced no next CA; begin with 'hanse federation rotate'", zone_);
  }
  HANSE_CO_CHECK(co_await keep_previous_until(previous_until));
  HANSE_CO_CHECK(co_await files_.write_atomically(path(kPrevious), authority_.certificate_pem, kPublicMode));
  HANSE_CO_CHECK(co_await files_.write_atomically(path("ca-key.pem"), next_.key_pem, kSecretMode));
  previous_pem_ = authority_.certificate_pem;
  co_return co_await finish_change();
}

Task<Status> ZoneIdentity::keep_previous_until(WallTime time) {
  std::string text = to_rfc3339(time);
  HANSE_CO_CHECK(co_await files_.write_atomically(path(kPreviousUntil), text, kPublicMode));
  previous_until_ = std::move(text);
  co_return Status();
}

Task<Status> ZoneIdentity::finish_change() {
  HANSE_CO_CHECK(co_await files_.write_atomically(path("ca.pem"), next_.certificate_pem, kPublicMode));
  HANSE_CO_CHECK(co_await files_.remove_all(path("ca-next.pem")));
  HANSE_CO_CHECK(co_await files_.remove_all(path("ca-next-key.pem")));
  authority_ = std::exchange(next_, {});
  co_return take_fingerprints();
}

Task<Status> ZoneIdentity::retire_previous() {
  HANSE_CO_CHECK(co_await files_.remove_all(path(kPrevious)));
  previous_pem_.clear();
  HANSE_CO_CHECK(co_await files_.remove_all(path(kPreviousUntil)));
  previous_until_.clear();
  co_return take_fingerprints();
}

std::optional<WallTime> ZoneIdentity::next_since() const {
  if (!has_next()) return std::nullopt;
  return cryptography_.certificates.read(next_.certificate_pem).value_or(CertificateInfo{}).not_before;
}

Status ZoneIdentity::renew(const std::vector<std::string>& addresses) {
  CertificateTerms terms{.name = zone_name_uri(zone_), .lifetime = kCertificateLifetime};
  for (const std::string& address : addresses) {
    (is_address(address) ? terms.ip_addresses : terms.dns_names).push_back(address);
  }
  HANSE_TRY(certificate_, cryptography_.certificates.issue(authority_, terms));
  return {};
}

std::vector<std::string> ZoneIdentity::ca_pems() const {
  std::vector<std::string> pems{authority_.certificate_pem};
  if (has_next()) pems.push_back(next_.certificate_pem);
  if (has_previous()) pems.push_back(previous_pem_);
  return pems;
}

std::string ZoneIdentity::ca_bundle() const {
  std::string bundle;
  for (const std::string& pem : ca_pems()) bundle += pem + "\n";
  return bundle;
}

bool ZoneIdentity::is_own(const std::string& ca_fingerprint) const {
  return std::find(own_fingerprints_.begin(), own_fingerprints_.end(), ca_fingerprint) !=
         own_fingerprints_.end();
}

Result<SignedRecord> ZoneIdentity::sign_record(RecordKind kind, std::int64_t version,
                                               std::string body) const {
  return sign(cryptography_.signatures, identity_.key_pem,
              SignedRecord{.owner = zone_, .kind = kind, .version = version, .body = std::move(body)});
}

Result<std::string> ZoneIdentity::sign_text(std::string_view text) const {
  return cryptography_.signatures.sign(identity_.key_pem, text);
}

}  // namespace hanse::federation
