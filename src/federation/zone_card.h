// ZoneCard: how a zone is reached, which key it signs with and which CAs its certificates may come from; the
// body of a record of kind card. A new card is how a zone hands over to a new CA or moves to another address.
// Pure.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "federation/peer_record.h"
#include "federation/signed_record.h"

namespace hanse::federation {

// The one in use, one that will follow and one that was before.
inline constexpr std::size_t kMaxCardAuthorities = 3;

struct ZoneCard {
  std::string zone;
  std::string endpoint;      // "zone.example:8443"
  std::string identity_key;  // Ed25519
  std::vector<std::string> ca_pems;
  bool operator==(const ZoneCard&) const = default;
};
BOOST_DESCRIBE_STRUCT(ZoneCard, (), (zone, endpoint, identity_key, ca_pems))
HANSE_DECLARE_JSON(ZoneCard);

// The card in the record, which must be signed by `identity_key`; empty: by the key that the card names
// itself, for a first contact. Errors: unauthenticated, invalid_argument.
Result<ZoneCard> read_card(Signatures& signatures, const SignedRecord& record,
                           const std::string& identity_key);

// What the peer's card says replaces what is known of it, when the card is newer. True when that is something
// else. Requires: the card is signed by the key that is pinned for the peer.
bool take_newer_card(PeerRecord& peer, const ZoneCard& card, std::int64_t version);

}  // namespace hanse::federation
