// Membership: which zones this one is in a federation with, as the API speaks to it: invitations, joining and
// leaving, this zone's own card and CAs, and the policy for peers. It composes the parts beside it and keeps
// trying what another zone has not heard yet.
//
// Lifecycle: start() once. Thread: the loop. Failure: those of the parts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/scope.h"
#include "federation/policy.h"
#include "zone/federation/joining.h"
#include "zone/tables.h"

namespace hanse::zone {

// A host knows the zone's next CA when it has renewed its certificate, so before all that are good now have
// ended; and a few minutes more, which a certificate is dated back.
inline constexpr Nanos kAnnouncementTime = Nanos(federation::kCertificateLifetime) + Seconds{600};
// After a change of the CA, certificates of the one before count until all of them have ended.
inline constexpr Nanos kPreviousAuthorityTime = 2 * Nanos(federation::kCertificateLifetime);

class Membership {
 public:
  Membership(MembershipServices services, federation::ZoneIdentity& identity, Tables& tables,
             Signal& tls_changes);

  Task<Status> start();

  Task<Result<std::string>> invite(Seconds lifetime);
  Task<Result<AcceptanceAnswer>> accept(AcceptanceRequest request) {
    return invitations_.accept(std::move(request));
  }
  Task<Status> confirm(ConfirmationRequest request) { return invitations_.confirm(std::move(request)); }
  Task<Result<federation::PeerRecord>> join(std::string invitation) {
    return joining_.join(std::move(invitation));
  }
  // Errors: failed_precondition, saying what still ties the two, unless it is forced.
  Task<Status> leave(std::string zone, bool force);
  Task<Status> departed(std::string zone, std::string membership) {
    return joining_.forget(std::move(zone), std::move(membership));
  }
  Task<Status> take_card(federation::SignedRecord card) { return joining_.take_card(std::move(card)); }
  // A zone whose card came to us in a trusted way: from a test, or from its own data folder.
  Task<Status> adopt(federation::PeerRecord record);

  std::vector<federation::PeerRecord> list() const;
  Result<federation::PeerRecord> get(const std::string& zone) const;
  OwnCard& own_card() { return services_.own_card; }

  Task<Status> announce_authority();
  // When the zone's next CA was announced; nothing: none is. A few minutes too early at most.
  std::optional<WallTime> announced_at() const { return identity_.next_since(); }
  struct AuthorityChange {
    bool force = false;
    std::vector<std::string> unheard;  // peers that were not heard of since it was announced
  };
  // The announced CA is taken into use. Errors: failed_precondition while hosts or peers may not know it,
  // which would then be locked out, unless it is forced.
  Task<Status> change_authority(AuthorityChange change);

  const federation::Policy& policy() const { return policy_; }
  // Another one each time that it was read or set.
  std::uint64_t policy_version() const { return policy_version_; }
  // As it was written.
  const std::string& policy_text() const { return policy_text_; }
  // Errors: invalid_argument with line and remedy; then nothing has changed.
  Task<Status> set_policy(std::string text);
  // Reads the file again.
  Task<Status> load_policy();

 private:
  Task<void> keep_trying();
  Task<void> retire_previous();
  Status check_announced(const std::vector<std::string>& unheard) const;
  Status check_no_ties(const std::string& zone) const;
  std::string policy_path() const;
  void cards_changed();

  MembershipServices services_;
  federation::ZoneIdentity& identity_;
  Tables& tables_;
  Signal& tls_changes_;
  Invitations invitations_;
  Joining joining_;
  federation::Policy policy_;
  std::string policy_text_;
  std::uint64_t policy_version_ = 0;
  Logger log_;
  Scope scope_{4};  // declared last: destroyed first
};

}  // namespace hanse::zone
