// AuditChain: checks that a log is whole: records as they come, oldest first. SignedAuditHead: where a zone
// says, signed, that its log ends; kept elsewhere, it shows later that nothing before it was changed or cut
// off.
//
// Pure but for hashing. Nothing fails: the first fault is kept.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "runtime/hashing.h"
#include "runtime/signatures.h"
#include "zone/audit/audit_record.h"

namespace hanse::zone {

struct SignedAuditHead {
  std::string zone = {};
  std::int64_t sequence = 0;  // 0: there is no record yet
  std::string hash = {};
  std::string time = {};          // when it was signed
  std::string identity_key = {};  // of the zone, Ed25519
  std::string signature = {};
  bool operator==(const SignedAuditHead&) const = default;
};
BOOST_DESCRIBE_STRUCT(SignedAuditHead, (), (zone, sequence, hash, time, identity_key, signature))
HANSE_DECLARE_JSON(SignedAuditHead);

// What is signed.
std::string signed_text(const SignedAuditHead& head);
bool is_signed(Signatures& signatures, const SignedAuditHead& head);

class AuditChain {
 public:
  explicit AuditChain(Hashing& hashing) : hashing_(hashing) {}

  // A place that the log must have, as it was kept elsewhere. Requires: before add().
  void expect(const AuditAnchor& place) { expected_.push_back(place); }
  void add(const AuditRecord& record);
  // After the last record.
  void finish();

  // "record 17 was altered: …"; nothing: the log is whole.
  const std::optional<std::string>& fault() const { return fault_; }
  std::int64_t count() const { return count_; }
  std::int64_t first() const { return first_; }
  const AuditAnchor& head() const { return head_; }
  // Expected places that are older than all that is kept, so that nothing can be said of them.
  const std::vector<AuditAnchor>& pruned_places() const { return pruned_places_; }

 private:
  void find_fault(const AuditRecord& record);
  void check_place(const AuditRecord& record);
  void finish_place(const AuditAnchor& place);
  void fault(std::string text);
  bool is_pruned(const AuditAnchor& place) const;

  Hashing& hashing_;
  std::optional<std::string> fault_;
  std::int64_t count_ = 0;
  std::int64_t first_ = 0;
  AuditAnchor head_{0, kNoAuditHash};
  std::vector<AuditAnchor> expected_;
  std::vector<AuditAnchor> gaps_;    // behind these something is missing
  std::vector<AuditAnchor> pruned_;  // up to these records were removed, as the log itself says
  std::vector<AuditAnchor> pruned_places_;
};

}  // namespace hanse::zone
