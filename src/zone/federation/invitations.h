// Invitations: the inviting side of how two zones become peers. An invitation is used up by the first zone
// that accepts it, which is then `invited` here and gets its rights when it confirms that it has pinned us:
// before that neither side has changed anything that counts.
//
//   invited zone                          this zone
//   acceptance(secret, its card)   ───►   invited, durable; answers with our card
//   pins us, durable (joining)
//   confirmation(secret)           ───►   active: the one step that decides
//   active                         ◄───   ok
// Each step may be repeated: a lost answer harms nothing. But an invitation is used up once: what it brought
// has ended, by leaving or because it was never confirmed, and it brings nothing again.
//
// Thread: the loop. Failure: not_found for a secret that is not known, failed_precondition for one that
// is used or expired, already_exists for a zone whose name is pinned to another key; those of the store.
#pragma once

#include <string>

#include "federation/invitation.h"
#include "zone/event_log.h"
#include "zone/federation/messages.h"
#include "zone/federation/own_card.h"
#include "zone/federation/peer_table.h"

namespace hanse::zone {

inline constexpr Seconds kMaxInvitationLifetime{30 * 24 * 3600};
inline constexpr std::size_t kMaxInvitations = 1'000;
// An invited zone that does not confirm is forgotten.
inline constexpr Seconds kConfirmationTime{3600};

struct MembershipServices {
  Runtime& runtime;
  store::Store& store;
  Cryptography cryptography;
  PeerTable& peers;
  OwnCard& own_card;
  EventLog& events;
  const ZoneConfig& config;
};

class Invitations {
 public:
  explicit Invitations(MembershipServices services)
      : services_(services), log_(services.runtime.log, "federation") {}

  // The text to hand on. Errors: also resource_exhausted beyond kMaxInvitations that are open.
  Task<Result<std::string>> invite(Seconds lifetime, std::string ca_fingerprint);
  Task<Result<AcceptanceAnswer>> accept(AcceptanceRequest request);
  Task<Status> confirm(ConfirmationRequest request);
  // Those that have expired are removed.
  Task<Status> clean_up();

 private:
  struct Found {
    InvitationRecord record;
    std::string key;
    store::Revision revision;
  };
  Result<Found> find(const std::string& secret) const;
  Status check_use(const Found& invitation, const federation::ZoneCard& card) const;

  MembershipServices services_;
  Logger log_;
};

}  // namespace hanse::zone
