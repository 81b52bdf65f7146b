// AuditTrail: which requests are put on record in the zone's audit log, and as what. A write that was let
// through always is, before it is answered; of those that were refused only so many, since anybody may send
// them: the next record says how many were not.
//
// Lifecycle: part of Api. Thread: the loop. Failure: those of AuditLog.
#pragma once

#include <cstdint>
#include <string>

#include "api/route.h"
#include "http/message.h"
#include "runtime/clock.h"
#include "zone/audit/audit_log.h"

namespace hanse::api {

// Null: the request is not put on record.
void note_resource(AuditNote* note, std::string resource);
void note_revision(AuditNote* note, std::int64_t revision);

// At most `burst` at once, and one each `interval` in the long run.
class RefusalLimit {
 public:
  RefusalLimit(std::int64_t burst, Nanos interval) : tolerance_(interval * burst), interval_(interval) {}
  bool take(MonotonicTime now);

 private:
  Nanos tolerance_;
  Nanos interval_;
  MonotonicTime spent_ = {};  // when all that were taken will have been made up for
};

// Refused requests on record: of callers who proved who they are, and of everybody else together.
inline constexpr std::int64_t kKnownRefusalBurst = 300;
inline constexpr Nanos kKnownRefusalInterval = Seconds{1};
inline constexpr std::int64_t kStrangeRefusalBurst = 50;
inline constexpr Nanos kStrangeRefusalInterval = Seconds{6};

// One request, while it is answered.
struct AuditedRequest {
  zone::Caller caller = {};  // as far as he proved who he is
  std::string address = {};
  std::string request_id = {};
  AuditNote note = {};
};

class AuditTrail {
 public:
  AuditTrail(const Clock& clock, zone::AuditLog& log) : clock_(clock), log_(log) {}

  static bool covers(const Route& route, const http::Request& request) {
    return route.audited && request.method != "GET" && request.method != "HEAD";
  }
  // Before anything is changed.
  Task<Status> ready() { return log_.ready(); }
  // Of a request that was answered so, when it is to be put on record; durable when it completes.
  Task<Status> record(std::string method, std::string path, AuditedRequest request, int status);

 private:
  bool takes(const zone::Caller& caller, int status);

  const Clock& clock_;
  zone::AuditLog& log_;
  RefusalLimit known_{kKnownRefusalBurst, kKnownRefusalInterval};
  RefusalLimit strange_{kStrangeRefusalBurst, kStrangeRefusalInterval};
  std::int64_t unrecorded_ = 0;
};

}  // namespace hanse::api
