// AuditRecord: who wrote what, when, and what came of it: one line of the audit log, chained to the one
// before by its hash (docs/protocols/audit_log.md). Pure.
#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "runtime/hashing.h"

namespace hanse::zone {

// Texts of a request are cut to these; a record is below kMaxAuditRecordBytes then.
inline constexpr std::size_t kMaxAuditPath = 1024;
inline constexpr std::size_t kMaxAuditText = 256;
inline constexpr std::size_t kMaxAuditRecordBytes = 16 * 1024;

inline constexpr std::size_t kAuditHashDigits = 64;
// What the first record of a log has as its previous.
extern const std::string kNoAuditHash;  // NOLINT(readability-identifier-naming): made when the program starts

// What the zone itself does to the log, in place of an HTTP method.
inline constexpr char kAuditStart[] = "START";
inline constexpr char kAuditPrune[] = "PRUNE";

enum class AuditCallerKind { anonymous, user, host, peer, zone };
BOOST_DESCRIBE_ENUM(AuditCallerKind, anonymous, user, host, peer, zone)

struct AuditCaller {
  AuditCallerKind kind = AuditCallerKind::anonymous;
  std::string name = {};     // subject of the token, name of the host or zone
  std::string issuer = {};   // of the token; empty: the administrator's, or a certificate
  std::string address = {};  // where the connection came from
  bool operator==(const AuditCaller&) const = default;
};
BOOST_DESCRIBE_STRUCT(AuditCaller, (), (kind, name, issuer, address))
HANSE_DECLARE_JSON(AuditCaller);

// A place in the chain.
struct AuditAnchor {
  std::int64_t sequence = 0;
  std::string hash = {};
  bool operator==(const AuditAnchor&) const = default;
};
BOOST_DESCRIBE_STRUCT(AuditAnchor, (), (sequence, hash))
HANSE_DECLARE_JSON(AuditAnchor);

// The order of the members is that of the text that is hashed.
struct AuditRecord {
  std::int64_t sequence = 0;  // the first is 1; none is left out
  std::string time = {};      // RFC 3339
  AuditCaller caller = {};
  std::string method = {};                 // PUT, DELETE, POST, START, PRUNE
  std::string path = {};                   // without the query
  std::string resource = {};               // "instances/default/default/web"
  std::int64_t revision = 0;               // its resourceVersion afterwards; 0: none is known
  std::int32_t status = 0;                 // of the answer; 0: nobody asked
  std::string request_id = {};             // the caller's X-Request-Id
  std::int64_t unrecorded = 0;             // refusals before this one that were too many to be recorded
  std::optional<AuditAnchor> pruned = {};  // PRUNE: the last record that went
  std::string previous = {};
  std::string hash = {};
  bool operator==(const AuditRecord&) const = default;
};
BOOST_DESCRIBE_STRUCT(AuditRecord, (),
                      (sequence, time, caller, method, path, resource, revision, status, request_id,
                       unrecorded, pruned, previous, hash))
HANSE_DECLARE_JSON(AuditRecord);

// The record's place in the chain.
AuditAnchor anchor_of(const AuditRecord& record);

// Sets sequence, previous and hash to what follows `head`; gives the record's line, without a line feed.
std::string seal(Hashing& hashing, const AuditAnchor& head, AuditRecord& record);
// What the hash of the record must be, by everything else in it.
std::string expected_hash(Hashing& hashing, const AuditRecord& record);
// Errors: data_loss when the line is no record.
Result<AuditRecord> parse_audit_record(std::string_view line);

// What a caller wrote, fit for a record: at most `limit` bytes, and '?' for what is not printable ASCII.
std::string audit_text(std::string_view text, std::size_t limit);
// "/providers/seca.compute/v1/tenants/t/workspaces/w/instances/web/start" is "instances/t/w/web".
std::string audit_resource(std::string_view path);

}  // namespace hanse::zone
