// What zones send each other to become peers. The answers to both requests go over TLS to the CA whose
// fingerprint the invitation names; who asks proves himself by the invitation's secret.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

#include "base/json.h"
#include "federation/signed_record.h"

namespace hanse::zone {

inline constexpr char kAcceptancePath[] = "/providers/hanse.federation/v1/acceptances";
inline constexpr char kConfirmationPath[] = "/providers/hanse.federation/v1/confirmations";
inline constexpr char kMembershipPath[] = "/providers/hanse.federation/v1/membership";

// The invited zone shows its card.
struct AcceptanceRequest {
  std::string secret;
  federation::SignedRecord card;
};
BOOST_DESCRIBE_STRUCT(AcceptanceRequest, (), (secret, card))
HANSE_DECLARE_JSON(AcceptanceRequest);

struct AcceptanceAnswer {
  federation::SignedRecord card;
};
BOOST_DESCRIBE_STRUCT(AcceptanceAnswer, (), (card))
HANSE_DECLARE_JSON(AcceptanceAnswer);

// The invited zone has pinned the other one durably.
struct ConfirmationRequest {
  std::string secret;
  std::string zone;
};
BOOST_DESCRIBE_STRUCT(ConfirmationRequest, (), (secret, zone))
HANSE_DECLARE_JSON(ConfirmationRequest);

// What a zone keeps of an invitation, under /invitations/<digest of the secret>.
struct InvitationRecord {
  std::int32_t version = 1;
  std::string expires_at;  // RFC 3339
  std::string used_by;     // the zone; empty: nobody yet
  std::string used_key;    // its identity key: the same one may ask again while it is a peer by this
};
BOOST_DESCRIBE_STRUCT(InvitationRecord, (), (version, expires_at, used_by, used_key))
HANSE_DECLARE_JSON(InvitationRecord);

}  // namespace hanse::zone
