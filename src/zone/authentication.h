// Authentication: who sends a request, and the tokens that prove it. A token is 256 random bits; the store
// keeps its SHA-256 only.
//
// Thread: the loop. Failure: unauthenticated, saying what is wrong with the token (unknown, expired) and how
// to get one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "federation/peers.h"
#include "federation/zone_identity.h"
#include "http/message.h"
#include "runtime/hashing.h"
#include "runtime/runtime.h"
#include "store/store.h"
#include "zone/caller.h"

namespace hanse::zone {

inline constexpr Seconds kMaxTokenLifetime{365 * 24 * 3600};

struct TokenRecord {
  std::int32_t version = 1;
  std::string purpose;     // "api" or "enrolment"
  std::string subject;     // api: who
  std::string expires_at;  // RFC 3339
  bool operator==(const TokenRecord&) const = default;
};
BOOST_DESCRIBE_STRUCT(TokenRecord, (), (version, purpose, subject, expires_at))
HANSE_DECLARE_JSON(TokenRecord);

class Authentication {
 public:
  Authentication(Runtime& runtime, store::Store& store, Hashing& hashing, const federation::Peers& peers,
                 const federation::ZoneIdentity& identity, std::string zone);

  // The administrator's token and the enrolment tokens of the configuration; they do not expire and enrolment
  // tokens work once.
  void set_admin_token(const std::string& token);
  Task<Status> add_configured_enrolment_token(std::string token);

  // A bearer token comes first, then the certificate; neither is anonymous. Errors: unauthenticated for a
  // token that is wrong.
  Result<Caller> identify(const http::Request& request) const;

  Task<Result<std::string>> make_token(std::string subject, Seconds lifetime);
  Task<Result<std::string>> make_enrolment_token(Seconds lifetime);
  // Uses it up, in one transaction; a second use of the same token fails.
  Task<Status> use_enrolment_token(std::string token, std::string host);

 private:
  std::string key_of(const std::string& token) const;
  Result<TokenRecord> find(const std::string& token, const std::string& purpose) const;
  Task<Result<std::string>> make(std::string purpose, std::string subject, Seconds lifetime);

  Runtime& runtime_;
  store::Store& store_;
  Hashing& hashing_;
  const federation::Peers& peers_;
  const federation::ZoneIdentity& identity_;
  std::string zone_;
  std::string admin_token_digest_;
};

}  // namespace hanse::zone
