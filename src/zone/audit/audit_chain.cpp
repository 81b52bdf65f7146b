#include "zone/audit/audit_chain.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "base/json_mapping.h"

namespace hanse::zone {

HANSE_DEFINE_JSON(SignedAuditHead)

std::string signed_text(const SignedAuditHead& head) {
  return fmt::format("hanse-audit-head-1\n{}\n{}\n{}\n{}\n", head.zone, head.sequence, head.hash, head.time);
}

bool is_signed(Signatures& signatures, const SignedAuditHead& head) {
  return signatures.verify(head.identity_key, signed_text(head), head.signature);
}

void AuditChain::fault(std::string text) {
  if (!fault_) fault_ = std::move(text);
}

void AuditChain::add(const AuditRecord& record) {
  if (count_++ == 0) first_ = record.sequence;
  find_fault(record);
  check_place(record);
  if (record.pruned) pruned_.push_back(*record.pruned);
  head_ = anchor_of(record);
}

void AuditChain::find_fault(const AuditRecord& record) {
  if (record.hash != expected_hash(hashing_, record))
    return fault(fmt::format("record {} was altered: its hash does not fit what it says", record.sequence));
  if (record.sequence <= head_.sequence) {
    return fault(fmt::format("record {} comes behind record {}: one was inserted, or the order was changed",
                             record.sequence, head_.sequence));
  }
  if (record.sequence == head_.sequence + 1) {
    if (record.previous == head_.hash) return;
    return fault(fmt::format("record {} does not follow record {}: one of the two was exchanged",
                             record.sequence, head_.sequence));
  }
  // Good only when the log says later that all before it was pruned.
  gaps_.push_back({record.sequence - 1, record.previous});
}

void AuditChain::check_place(const AuditRecord& record) {
  for (const AuditAnchor& place : expected_) {
    if (place.sequence == record.sequence && place.hash != record.hash)
      fault(fmt::format("record {} is not the one of the kept head: the log was written anew",
                        record.sequence));
  }
}

bool AuditChain::is_pruned(const AuditAnchor& place) const {
  return std::find(pruned_.begin(), pruned_.end(), place) != pruned_.end();
}

void AuditChain::finish() {
  for (const AuditAnchor& gap : gaps_) {
    if (!is_pruned(gap))
      fault(fmt::format("records are missing up to record {}, and none says that they were pruned",
                        gap.sequence));
  }
  for (const AuditAnchor& place : expected_) finish_place(place);
}

void AuditChain::finish_place(const AuditAnchor& place) {
  if (place.sequence > head_.sequence) {
    return fault(fmt::format("the log ends at record {}, but the kept head is record {}: its end was cut off",
                             head_.sequence, place.sequence));
  }
  if (place.sequence >= first_) return;
  for (const AuditAnchor& pruned : pruned_) {
    if (pruned.sequence == place.sequence && pruned.hash != place.hash)
      return fault(
          fmt::format("record {}, which was pruned, is not the one of the kept head", place.sequence));
  }
  if (place.sequence > 0 && !is_pruned(place)) pruned_places_.push_back(place);
}

}  // namespace hanse::zone
