#include "zone/authentication/token_issuers.h"

#include <boost/json.hpp>
#include <utility>

namespace hanse::zone {

TokenIssuers::TokenIssuers(Runtime& runtime, JsonWebKeys& reader, const std::vector<IssuerConfig>& issuers)
    : runtime_(runtime) {
  for (const IssuerConfig& issuer : issuers) {
    issuers_.push_back({{.name = issuer.name,
                         .issuer = issuer.issuer,
                         .audience = issuer.audience,
                         .subject_claim = issuer.subject_claim,
                         .groups_claim = issuer.groups_claim,
                         .subject_prefix = prefix_of(issuer)},
                        std::make_unique<IssuerKeys>(runtime, reader, issuer)});
  }
}

Status TokenIssuers::start() {
  for (const Trusted& issuer : issuers_) {
    if (!scope_.spawn(issuer.keys->keep()))
      return fail(Code::internal, "the keys of issuer '{}' cannot be followed", issuer.terms.name);
  }
  return {};
}

const TokenIssuers::Trusted* TokenIssuers::find(const codec::JsonWebToken& token) const {
  const json::Value* issuer = token.claims.if_contains("iss");
  if (issuer == nullptr || !issuer->is_string()) return nullptr;
  for (const Trusted& trusted : issuers_) {
    if (trusted.terms.issuer == std::string_view(issuer->get_string())) return &trusted;
  }
  return nullptr;
}

Result<Caller> TokenIssuers::identify(const codec::JsonWebToken& token) const {
  const Trusted* trusted = find(token);
  if (trusted == nullptr)
    return fail(Code::unauthenticated, "the token's issuer is not trusted here; log in with 'hanse login'");
  const VerifyingKey* key = trusted->keys->find(token.key_id, token.algorithm);
  if (key == nullptr) {
    return fail(Code::unauthenticated,
                "issuer '{}' has no {} key of the token's id; log in again, and see the zone's log",
                trusted->terms.name, codec::token_algorithm_name(token.algorithm));
  }
  if (!key->verify(token.signed_text, token.signature)) {
    return fail(Code::unauthenticated, "the token's signature is not that of issuer '{}'; log in again",
                trusted->terms.name);
  }
  return caller_of_claims(token.claims, trusted->terms, runtime_.clock.wall_now());
}

Task<void> TokenIssuers::prepare(codec::JsonWebToken token) {
  const Trusted* trusted = find(token);
  if (trusted == nullptr || trusted->keys->find(token.key_id, token.algorithm) != nullptr) co_return;
  co_await trusted->keys->refresh();
}

std::uint64_t TokenIssuers::generation() const {
  std::uint64_t sum = 0;
  for (const Trusted& trusted : issuers_) sum += trusted.keys->generation();
  return sum;
}

}  // namespace hanse::zone
