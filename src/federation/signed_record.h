// SignedRecord: something that a zone says of itself to the federation, signed by its identity key, so that
// others may pass it on and can neither forge it nor roll it back: a greater version replaces a lesser one.
//
// Thread: any. Failure: unauthenticated when the signature is not the owner's.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "runtime/signatures.h"

namespace hanse::federation {

// card: how a zone is reached and which CAs it has; digest: what it offers.
enum class RecordKind { card, digest };
BOOST_DESCRIBE_ENUM(RecordKind, card, digest)

// A digest of a few dozen flavours and a hundred round trips has a quarter of this.
inline constexpr std::size_t kMaxRecordBody = 32 * 1024;

struct SignedRecord {
  std::string owner;  // the zone
  RecordKind kind = RecordKind::card;
  std::int64_t version = 0;
  std::string body;  // JSON as the owner wrote it: the signature is over these very bytes
  std::string signature;
  bool operator==(const SignedRecord&) const = default;
};
BOOST_DESCRIBE_STRUCT(SignedRecord, (), (owner, kind, version, body, signature))
HANSE_DECLARE_JSON(SignedRecord);

Result<SignedRecord> sign(Signatures& signatures, const std::string& key_pem, SignedRecord unsigned_record);
// Errors: also invalid_argument for a record that is too large or has no version.
Status verify(Signatures& signatures, const std::string& public_key, const SignedRecord& record);

}  // namespace hanse::federation
