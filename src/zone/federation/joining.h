// Joining: the invited side of how two zones become peers (see invitations.h for the protocol), and the end
// of it: leaving. What could not be said to the other zone yet is said again until it was heard or given up.
//
// Lifecycle: retry() is called from time to time by the owner. Thread: the loop. Failure: invalid_argument
// for an invitation that is altered or expired, unavailable when the other zone is not reached, and what it
// answers.
#pragma once

#include <string>

#include "federation/zone_identity.h"
#include "zone/federation/invitations.h"

namespace hanse::zone {

// What is left to be told is given up then.
inline constexpr Seconds kFarewellTime{7 * 24 * 3600};
inline constexpr Seconds kJoiningTime{24 * 3600};

class Joining {
 public:
  Joining(MembershipServices services, const federation::ZoneIdentity& identity)
      : services_(services), identity_(identity), log_(services.runtime.log, "federation") {}

  // The peer as it is then: active, or joining when the zone has not answered the confirmation. One that is
  // active here already is asked too, unless it is so by this invitation: the other side may have forgotten.
  Task<Result<federation::PeerRecord>> join(std::string invitation);
  // It has no rights here from now on; it is told in the background. Errors: not_found.
  Task<Status> leave(std::string zone);
  // The peer has left.
  // `membership`: that it says it has left; empty: whichever there is.
  Task<Status> forget(std::string zone, std::string membership);
  // A peer's newer card.
  Task<Status> take_card(federation::SignedRecord record);
  // Confirms and takes leave where that is due, and forgets what has expired.
  Task<void> retry();

 private:
  Task<Result<AcceptanceAnswer>> ask(federation::Invitation invitation);
  Task<Status> pin(federation::Invitation invitation, federation::SignedRecord card);
  Task<Status> confirm(PeerTable::Stored joining);
  Task<Status> give_up(PeerTable::Stored stored);
  Task<Status> end_former(PeerTable::Stored stored);
  std::string digest_of(const std::string& secret) const;
  Task<void> settled(std::string zone, Nanos limit);
  Task<Status> take_leave(PeerTable::Stored leaving);

  MembershipServices services_;
  const federation::ZoneIdentity& identity_;
  Logger log_;
};

}  // namespace hanse::zone
