// PeerRecord: what a zone keeps durably of one that it trusts or is about to, under /peers/<name> in its
// store.
//
// States: invited (it used our invitation and has not confirmed), joining (we used its invitation and have no
// answer yet), active, leaving (we have left; it is to be told). Only active ones have rights here.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace hanse::federation {

enum class PeerState { invited, joining, active, leaving };
BOOST_DESCRIBE_ENUM(PeerState, invited, joining, active, leaving)

struct PeerRecord {
  std::int32_t version = 1;
  std::string name;
  PeerState state = PeerState::invited;
  std::string endpoint;
  std::string identity_key;
  std::vector<std::string> ca_pems;
  std::int64_t card_version = 0;
  std::string since;       // of the state, RFC 3339
  std::string expires_at;  // invited, joining and leaving, and `confirming`: when it is given up
  std::string invitation;  // invited: digest of the secret; joining: the secret, which the confirmation shows
  // The time together that began with an invitation: the digest of its secret, which both know. A farewell
  // names it, so that one that comes late does not end another that has begun since.
  std::string membership;
  // active, invited: the secret of another invitation that this zone has used, and whose confirmation the
  // peer has not answered yet. What there was counts until then.
  std::string confirming;
  bool operator==(const PeerRecord&) const = default;
};
BOOST_DESCRIBE_STRUCT(PeerRecord, (),
                      (version, name, state, endpoint, identity_key, ca_pems, card_version, since, expires_at,
                       invitation, membership, confirming))
HANSE_DECLARE_JSON(PeerRecord);

}  // namespace hanse::federation
