// HostInvitations: with what new machines come into the zone: one word for each, made for one host's name and
// good once.
//
// The store keeps of its secret the SHA-256 only, below /host-invitations/. One that was used is good for the
// request that used it, as long as the host that it made is there: who has not heard the answer asks again. A
// record stays for a while after its end, so that its bearer hears what is wrong.
//
// Lifecycle: start() once. Thread: the loop. Failure: unauthenticated, saying whether the token is wrong,
// used or expired; resource_exhausted beyond kMaxHostInvitations; those of the store.
#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "runtime/hashing.h"
#include "runtime/runtime.h"
#include "store/store.h"
#include "zone/zone_config.h"

namespace hanse::zone {

inline constexpr Seconds kMaxHostInvitationLifetime{30 * 24 * 3600};
inline constexpr Seconds kKeepHostInvitation{24 * 3600};
inline constexpr std::size_t kMaxHostInvitations = 100'000;

struct HostInvitationRecord {
  std::int32_t version = 1;
  std::string host;
  std::string expires_at;  // RFC 3339
  std::string request;     // SHA-256 of the certificate request that used it; empty: not used
  std::string host_uid;    // of the host that it made
  bool operator==(const HostInvitationRecord&) const = default;
};
BOOST_DESCRIBE_STRUCT(HostInvitationRecord, (), (version, host, expires_at, request, host_uid))
HANSE_DECLARE_JSON(HostInvitationRecord);

class HostInvitations {
 public:
  HostInvitations(Runtime& runtime, store::Store& store, Hashing& hashing, const ZoneConfig& config)
      : runtime_(runtime), store_(store), hashing_(hashing), config_(config) {}

  // Forgets what ended long ago.
  Task<Status> start() { return clean_up(); }

  // The word to hand on. Requires: `host` is a name. Errors: also invalid_argument for the lifetime and
  // failed_precondition when the zone does not know where hosts reach it.
  Task<Result<std::string>> make(std::string host, Seconds lifetime, std::string ca_fingerprint);

  struct Found {
    HostInvitationRecord record;
    std::string key;
    store::Revision revision;
    bool used() const { return !record.request.empty(); }
  };
  Result<Found> find(const std::string& secret) const;
  // That a new host may be made by it. Requires: it is not used.
  Status check_open(const Found& invitation) const;
  // That the answer may be said again. `host_uid` of the host that has the name now; empty: there is none.
  Status check_again(const Found& invitation, const std::string& request_pem,
                     const std::string& host_uid) const;
  // To be part of the transaction that makes the host.
  store::Transaction use(Found invitation, const std::string& request_pem, std::string host_uid) const;

 private:
  Task<Status> clean_up();

  Runtime& runtime_;
  store::Store& store_;
  Hashing& hashing_;
  const ZoneConfig& config_;
  std::size_t kept_ = 0;  // records in the store
};

}  // namespace hanse::zone
