// Grants: the source's word that an instance is the target's from the next epoch on, signed by the identity
// key of the source's zone. Only the source can give it, and not before its commit is on disk; the target
// runs nothing without it and keeps it with the transfer, to be shown whatever the source says later.
//
// Thread: the loop. It holds nothing that changes: the same grant is signed anew each time it is told.
#pragma once

#include "federation/peers.h"
#include "federation/zone_identity.h"
#include "model/transfer.h"

namespace hanse::zone {

class Grants {
 public:
  Grants(const federation::ZoneIdentity& identity, Signatures& signatures, const federation::Peers& peers)
      : identity_(identity), signatures_(signatures), peers_(peers) {}

  // Of a transfer from this zone. Errors: failed_precondition before its commit point.
  Result<model::TransferGrant> sign(const model::Transfer& transfer) const;
  // Of a transfer to this zone. Errors: unauthenticated when it is another's, or not signed by the key that
  // is pinned for its source.
  Status check(const model::Transfer& transfer, const model::TransferGrant& grant) const;

 private:
  const federation::ZoneIdentity& identity_;
  Signatures& signatures_;
  const federation::Peers& peers_;
};

}  // namespace hanse::zone
