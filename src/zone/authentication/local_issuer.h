// LocalIssuer: the zone's own issuer, so that a first try needs no other: it signs tokens with an Ed25519 key
// in the zone's data folder (token-key.pem), made at the first start. Whoever replaces the key ends all its
// tokens.
//
// Lifecycle: construct, load_or_create() once. Thread: the loop. Failure: those of Files; unauthenticated for
// a token.
#pragma once

#include <string>

#include "base/result.h"
#include "base/task.h"
#include "codec/json_web_token.h"
#include "runtime/runtime.h"
#include "runtime/signatures.h"
#include "zone/authentication/token_claims.h"

namespace hanse::zone {

class LocalIssuer {
 public:
  LocalIssuer(Runtime& runtime, Signatures& signatures, const std::string& zone, std::string folder);

  Task<Status> load_or_create();

  bool issued(const codec::JsonWebToken& token) const;
  Result<Caller> identify(const codec::JsonWebToken& token) const;
  // Requires: the subject was checked.
  Result<std::string> issue(const std::string& subject, Seconds lifetime) const;
  // What others verify these tokens with.
  json::Object key_set() const;
  const std::string& name() const { return terms_.issuer; }

 private:
  Runtime& runtime_;
  Signatures& signatures_;
  std::string key_path_;
  TokenTerms terms_;
  SigningKey key_;
};

}  // namespace hanse::zone
