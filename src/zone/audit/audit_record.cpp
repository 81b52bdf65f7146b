#include "zone/audit/audit_record.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "base/json_mapping.h"

namespace hanse::zone {

HANSE_DEFINE_JSON(AuditCaller)
HANSE_DEFINE_JSON(AuditAnchor)
HANSE_DEFINE_JSON(AuditRecord)

const std::string kNoAuditHash(kAuditHashDigits, '0');

namespace {

constexpr std::string_view kHashMember = R"(,"hash":")";

// The JSON of the record without its member hash, which is the last.
std::string hashed_text(const AuditRecord& record) {
  std::string text = json::to_text(record);
  text.resize(text.size() - (kHashMember.size() + record.hash.size() + 2));
  text += '}';
  return text;
}

std::string hash_of(Hashing& hashing, std::string_view text) {
  const auto sha256 = hashing.sha256();
  sha256->update(std::as_bytes(std::span(text)));
  return sha256->finish();
}

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (slash != 0) segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return segments;
}

}  // namespace

AuditAnchor anchor_of(const AuditRecord& record) {
  return {record.sequence, record.hash};
}

std::string seal(Hashing& hashing, const AuditAnchor& head, AuditRecord& record) {
  record.sequence = head.sequence + 1;
  record.previous = head.hash;
  record.hash.clear();
  std::string text = hashed_text(record);
  record.hash = hash_of(hashing, text);
  text.pop_back();
  text += kHashMember;
  text += record.hash;
  text += "\"}";
  return text;
}

// A hash with characters that JSON escapes is longer in the text than in the record, so that it stays out.
std::string expected_hash(Hashing& hashing, const AuditRecord& record) {
  AuditRecord bare = record;
  bare.hash.clear();
  return hash_of(hashing, hashed_text(bare));
}

Result<AuditRecord> parse_audit_record(std::string_view line) {
  const auto value = json::parse(line);
  if (!value) return fail(Code::data_loss, "an audit record is no JSON: {}", value.error().message);
  auto record = json::from_json<AuditRecord>(*value);
  if (!record) return fail(Code::data_loss, "an audit record cannot be read: {}", record.error().message);
  return record;
}

std::string audit_text(std::string_view text, std::size_t limit) {
  std::string cut(text.substr(0, limit));
  std::replace_if(cut.begin(), cut.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return cut;
}

std::string audit_resource(std::string_view path) {
  std::vector<std::string_view> parts = segments_of(path);
  // providers, the provider, its version
  constexpr std::size_t kLead = 3;
  if (parts.size() <= kLead || parts.front() != "providers") return audit_text(path, kMaxAuditText);
  parts.erase(parts.begin(), parts.begin() + kLead);
  std::string scope;
  for (const std::string_view collection : {"tenants", "workspaces"}) {
    if (parts.size() <= 2 || parts.front() != collection) break;
    scope.append("/").append(parts[1]);
    parts.erase(parts.begin(), parts.begin() + 2);
  }
  std::string resource = std::string(parts.front()) + scope;
  if (parts.size() > 1) resource.append("/").append(parts[1]);
  return audit_text(resource, kMaxAuditText);
}

}  // namespace hanse::zone
