#include "zone/transfers/grants.h"

#include <fmt/format.h>

#include "migration/transfer_machine.h"

namespace hanse::zone {
namespace {

// Its first words say what it is for, so that no signature can be taken for one of another purpose. None of
// the names has a line break.
std::string signed_text(const model::Transfer& transfer, const std::string& instance_uid,
                        const std::string& source, const std::string& target) {
  return fmt::format("hanse-grant-1\n{}\n{}\n{}\n{}\n{}", source, target, transfer.metadata.name,
                     instance_uid, migration::granted_epoch(transfer.status.source_epoch).value);
}

}  // namespace

Result<model::TransferGrant> Grants::sign(const model::Transfer& transfer) const {
  if (migration::may_run(model::TransferRole::source, transfer.status.phase)) {
    return fail(Code::failed_precondition, "transfer '{}' has not been committed", transfer.metadata.name);
  }
  // What the target is given of a transfer that keeps its source is the copy, which has the transfer's uid.
  const std::string& uid =
      model::keeps_source(transfer) ? transfer.metadata.uid : transfer.status.instance_uid;
  HANSE_TRY(std::string signature,
            identity_.sign_text(signed_text(transfer, uid, identity_.zone(), transfer.spec.target_zone)));
  return model::TransferGrant{migration::granted_epoch(transfer.status.source_epoch),
                              identity_.identity_key(), std::move(signature)};
}

Status Grants::check(const model::Transfer& transfer, const model::TransferGrant& grant) const {
  const std::string& source = transfer.status.source_zone;
  const federation::Peer* const peer = peers_.find(source);
  const std::string text = signed_text(transfer, transfer.status.instance_uid, source, identity_.zone());
  const Epoch epoch = migration::granted_epoch(transfer.status.source_epoch);
  const bool is_theirs = peer != nullptr && grant.identity_key == peer->identity_key &&
                         signatures_.verify(peer->identity_key, text, grant.signature);
  if (is_theirs && grant.epoch == epoch) return {};
  return fail(Code::unauthenticated,
              "what was said to be the grant of epoch {} in transfer '{}' is not signed by the key that is "
              "pinned for zone '{}'",
              epoch.value, transfer.metadata.name, source);
}

}  // namespace hanse::zone
