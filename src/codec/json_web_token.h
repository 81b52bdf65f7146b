// JSON web tokens (RFC 7519) in their compact form: taken apart and put together, nothing verified. Pure.
//
// Failure: unauthenticated; the message says what is wrong and holds nothing of the token.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "runtime/json_web_keys.h"

namespace hanse::codec {

inline constexpr std::size_t kMaxTokenBytes = 8 << 10;

struct JsonWebToken {
  TokenAlgorithm algorithm = TokenAlgorithm::eddsa;
  std::string key_id;  // empty: it names none
  json::Object claims;
  std::string signed_text;  // what the signature is of
  std::string signature;    // raw bytes
};

// Three parts between dots; other tokens of this program have no dots.
bool looks_like_json_web_token(std::string_view text);

// Refuses what is larger than kMaxTokenBytes, another algorithm than those of TokenAlgorithm, extensions that
// must be understood ("crit"), and another "typ" than those of access tokens.
Result<JsonWebToken> parse_json_web_token(std::string_view text);

// "EdDSA"
std::string_view token_algorithm_name(TokenAlgorithm algorithm);
std::optional<TokenAlgorithm> token_algorithm_of(std::string_view name);

// The text to sign; the token is this, a dot, and the signature in base64url.
std::string json_web_token_text(TokenAlgorithm algorithm, std::string_view key_id,
                                const json::Object& claims);

}  // namespace hanse::codec
