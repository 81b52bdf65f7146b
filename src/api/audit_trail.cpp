#include "api/audit_trail.h"

#include <algorithm>
#include <utility>

namespace hanse::api {
namespace {

using zone::audit_text;
using zone::AuditCallerKind;

AuditCallerKind kind_of(zone::CallerKind kind) {
  switch (kind) {
    case zone::CallerKind::anonymous:
      return AuditCallerKind::anonymous;
    case zone::CallerKind::user:
      return AuditCallerKind::user;
    case zone::CallerKind::host:
      return AuditCallerKind::host;
    case zone::CallerKind::peer:
      return AuditCallerKind::peer;
  }
  return AuditCallerKind::anonymous;
}

// What was given up, or failed by a fault of ours, may have changed something all the same.
bool may_have_changed_something(int status) {
  constexpr int kInternal = 500;
  constexpr int kTimeout = 504;
  return http::is_success(status) || status == kInternal || status == kTimeout;
}

}  // namespace

void note_resource(AuditNote* note, std::string resource) {
  if (note != nullptr) note->resource = std::move(resource);
}

void note_revision(AuditNote* note, std::int64_t revision) {
  if (note != nullptr) note->revision = revision;
}

bool RefusalLimit::take(MonotonicTime now) {
  const MonotonicTime next = std::max(spent_, now) + interval_;
  if (next - now > tolerance_) return false;
  spent_ = next;
  return true;
}

bool AuditTrail::takes(const zone::Caller& caller, int status) {
  const bool stranger = caller.kind == zone::CallerKind::anonymous;
  if (http::is_success(status) || (!stranger && may_have_changed_something(status))) return true;
  if ((stranger ? strange_ : known_).take(clock_.now())) return true;
  ++unrecorded_;
  return false;
}

Task<Status> AuditTrail::record(std::string method, std::string path, AuditedRequest request, int status) {
  if (!takes(request.caller, status)) co_return Status();
  const std::string& noted = request.note.resource;
  zone::AuditRecord record{
      .caller = {.kind = kind_of(request.caller.kind),
                 .name = request.caller.name,
                 .issuer = audit_text(request.caller.issuer, zone::kMaxAuditText),
                 .address = audit_text(request.address, zone::kMaxAuditText)},
      .method = audit_text(method, zone::kMaxAuditText),
      .path = audit_text(path, zone::kMaxAuditPath),
      .resource = noted.empty() ? zone::audit_resource(path) : audit_text(noted, zone::kMaxAuditText),
      .revision = http::is_success(status) ? request.note.revision : 0,
      .status = status,
      .request_id = audit_text(request.request_id, zone::kMaxAuditText),
      .unrecorded = std::exchange(unrecorded_, 0)};
  co_return co_await log_.add(std::move(record));
}

}  // namespace hanse::api
