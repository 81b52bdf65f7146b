// Authentication: who sends a request, and the tokens that prove it: those that issuers sign, the zone itself
// among them, the administrator's, and those that are good once (authentication/).
//
// Lifecycle: construct, start() once, serve. Thread: the loop. Failure: unauthenticated, saying what is wrong
// with the token (unknown, expired) and how to get one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/task.h"
#include "federation/peers.h"
#include "federation/zone_identity.h"
#include "http/message.h"
#include "runtime/cryptography.h"
#include "runtime/runtime.h"
#include "store/store.h"
#include "zone/authentication/local_issuer.h"
#include "zone/authentication/token_issuers.h"
#include "zone/authentication/token_records.h"
#include "zone/caller.h"
#include "zone/zone_config.h"

namespace hanse::zone {

inline constexpr Seconds kMaxTokenLifetime{365 * 24 * 3600};
inline constexpr Seconds kMaxLoginCodeLifetime{7 * 24 * 3600};
// Signed tokens that were verified and are remembered as such; beyond it all are forgotten and verified
// again.
inline constexpr std::size_t kMaxVerified = 4096;

class Authentication {
 public:
  Authentication(Runtime& runtime, store::Store& store, Cryptography cryptography,
                 const federation::Peers& peers, const federation::ZoneIdentity& identity,
                 const ZoneConfig& config);

  Task<Status> start();

  // The administrator's token, of the configuration; it does not expire.
  void set_admin_token(const std::string& token);

  // A bearer token comes first, then the certificate; neither is anonymous. Errors: unauthenticated for a
  // token that is wrong.
  Result<Caller> identify(const http::Request& request) const;
  // Before identify(), for a token whose key may have to be fetched from its issuer. `authorization` is the
  // header.
  Task<void> prepare(std::string authorization);

  // Signed by the zone. Errors: invalid_argument for the subject or the lifetime.
  Result<std::string> make_token(const std::string& subject, Seconds lifetime) const;
  // With which a person gets a token, once.
  Task<Result<std::string>> make_login_code(std::string subject, Seconds lifetime);
  Task<Result<std::string>> use_login_code(std::string code, Seconds lifetime);
  const LocalIssuer& local_issuer() const { return local_; }

 private:
  Result<Caller> identify_bearer(const std::string& token) const;
  Result<Caller> identify_signed(const std::string& token, const std::string& key) const;
  const Caller* find_verified(const std::string& key) const;

  Runtime& runtime_;
  const federation::Peers& peers_;
  const federation::ZoneIdentity& identity_;
  std::string zone_;
  std::string admin_token_key_;
  TokenRecords records_;
  LocalIssuer local_;
  mutable std::map<std::string, Caller> verified_;  // by key_of() the token
  mutable std::uint64_t verified_generation_ = 0;
  TokenIssuers issuers_;
};

}  // namespace hanse::zone
