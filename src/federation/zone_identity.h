// ZoneIdentity: who the zone is: an Ed25519 key that signs what it says to the federation, its own CA, and
// the short-lived certificate that it serves with and shows to peers. All is made at first start and kept in
// the data folder: identity-key.pem; ca.pem with ca-key.pem; while the CA is changed, ca-next.pem with its
// key, and for a while afterwards ca-previous.pem with ca-previous-until, the time when it counts no more.
//
// Changing the CA takes two steps, so that nobody is surprised: announce_authority() makes the next one,
// which the zone's card then shows; change_authority() takes it into use, when peers and hosts know it.
//
// Thread: the loop. Failure: those of Files; data_loss when the files do not fit together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "federation/signed_record.h"
#include "runtime/clock.h"
#include "runtime/cryptography.h"
#include "runtime/files.h"
#include "runtime/network.h"

namespace hanse::federation {

// The certificate is made anew at each start and when half of its life is over.
inline constexpr Seconds kCertificateLifetime{24 * 3600};
inline constexpr Seconds kAuthorityLifetime{10 * 365 * 24 * 3600};

class ZoneIdentity {
 public:
  ZoneIdentity(Files& files, Cryptography cryptography, std::string zone, std::string folder)
      : files_(files), cryptography_(cryptography), zone_(std::move(zone)), folder_(std::move(folder)) {}

  Task<Status> load_or_create();
  // A new certificate for the given addresses ("10.77.1.1", "zone.example").
  Status renew(const std::vector<std::string>& addresses);

  // Errors: failed_precondition when one is announced already.
  Task<Status> announce_authority();
  // The one before counts until then, which is kept with it. Requires renew() afterwards. Errors:
  // failed_precondition when none was announced.
  Task<Status> change_authority(WallTime previous_until);
  Task<Status> keep_previous_until(WallTime time);
  // Forgets the CA that was in use before; its certificates prove nothing any more.
  Task<Status> retire_previous();

  const std::string& zone() const { return zone_; }
  const std::string& identity_key() const { return identity_.public_key; }
  // The one in use.
  const std::string& ca_pem() const { return authority_.certificate_pem; }
  const std::string& ca_fingerprint() const { return fingerprint_; }
  const KeyedCertificate& authority() const { return authority_; }
  const KeyedCertificate& certificate() const { return certificate_; }
  bool has_next() const { return !next_.certificate_pem.empty(); }
  // When the next CA was made, and up to ten minutes before: a certificate is dated back for clocks that are
  // behind. Nothing: there is none.
  std::optional<WallTime> next_since() const;
  // RFC 3339; empty when it is not known.
  const std::string& previous_until() const { return previous_until_; }
  bool has_previous() const { return !previous_pem_.empty(); }
  // The one in use first, then those that count too.
  std::vector<std::string> ca_pems() const;
  std::string ca_bundle() const;
  // Whether a certificate of this issuer is one of ours.
  bool is_own(const std::string& ca_fingerprint) const;

  // Something that this zone says of itself.
  Result<SignedRecord> sign_record(RecordKind kind, std::int64_t version, std::string body) const;
  // With the identity key. Requires: the text begins with what it is for, so that it is good for nothing
  // else.
  Result<std::string> sign_text(std::string_view text) const;

 private:
  Task<Status> load_key();
  Task<Status> load_authority();
  Task<Result<std::optional<KeyedCertificate>>> read_pair(std::string name);
  Task<Result<KeyedCertificate>> make_pair(std::string name);
  Task<Result<std::string>> read_optional(std::string name);
  Task<Status> finish_change();
  Status take_fingerprints();
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  Files& files_;
  Cryptography cryptography_;
  std::string zone_;
  std::string folder_;
  SigningKey identity_;
  KeyedCertificate authority_;
  KeyedCertificate next_;
  std::string previous_pem_;
  std::string previous_until_;
  KeyedCertificate certificate_;
  std::string fingerprint_;
  std::vector<std::string> own_fingerprints_;
};

}  // namespace hanse::federation
