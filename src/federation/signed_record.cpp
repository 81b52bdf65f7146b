#include "federation/signed_record.h"

#include "base/json_mapping.h"

namespace hanse::federation {
namespace {

// What is signed says what it is for, so that no signature can be taken for one of another purpose.
std::string signed_text(const SignedRecord& record) {
  return fmt::format("hanse-record-1\n{}\n{}\n{}\n{}", record.owner,
                     record.kind == RecordKind::card ? "card" : "digest", record.version, record.body);
}

}  // namespace

HANSE_DEFINE_JSON(SignedRecord)

Result<SignedRecord> sign(Signatures& signatures, const std::string& key_pem, SignedRecord unsigned_record) {
  HANSE_TRY(unsigned_record.signature, signatures.sign(key_pem, signed_text(unsigned_record)));
  return unsigned_record;
}

Status verify(Signatures& signatures, const std::string& public_key, const SignedRecord& record) {
  if (record.body.size() > kMaxRecordBody) {
    return fail(Code::invalid_argument, "the record of zone '{}' has {} bytes and {} are allowed",
                record.owner.substr(0, 64), record.body.size(), kMaxRecordBody);
  }
  if (record.version <= 0) {
    return fail(Code::invalid_argument, "the record of zone '{}' has no version", record.owner.substr(0, 64));
  }
  if (!signatures.verify(public_key, signed_text(record), record.signature)) {
    return fail(Code::unauthenticated,
                "the record of zone '{}' is not signed by the key that is pinned for it",
                record.owner.substr(0, 64));
  }
  return {};
}

}  // namespace hanse::federation
