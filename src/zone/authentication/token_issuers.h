// TokenIssuers: who the bearer of a token of one of the configured issuers is.
//
// Lifecycle: construct, start() once; destroying it stops the reading of keys. Thread: the loop. Failure:
// unauthenticated, saying what is wrong with the token.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "codec/json_web_token.h"
#include "zone/authentication/issuer_keys.h"
#include "zone/authentication/token_claims.h"

namespace hanse::zone {

class TokenIssuers {
 public:
  TokenIssuers(Runtime& runtime, JsonWebKeys& reader, const std::vector<IssuerConfig>& issuers);

  // Begins to read the keys; an issuer that cannot be reached holds up nobody.
  Status start();
  Result<Caller> identify(const codec::JsonWebToken& token) const;
  // Has the keys of the token's issuer read again when its key is not known.
  Task<void> prepare(codec::JsonWebToken token);
  // Changes when a token that was good may not be good any more.
  std::uint64_t generation() const;

 private:
  struct Trusted {
    TokenTerms terms;
    std::unique_ptr<IssuerKeys> keys;
  };
  const Trusted* find(const codec::JsonWebToken& token) const;

  Runtime& runtime_;
  std::vector<Trusted> issuers_;
  Scope scope_{kMaxIssuers};  // declared last: destroyed first
};

}  // namespace hanse::zone
