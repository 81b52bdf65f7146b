// JSON web key sets (RFC 7517): the public keys of an issuer of tokens. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "runtime/json_web_keys.h"

namespace hanse::codec {

inline constexpr std::size_t kMaxWebKeys = 64;

// The keys that verify tokens; those of other uses, kinds and curves are left out, as RFC 7517 asks.
// Errors: invalid_argument when it is no key set, has more than kMaxWebKeys keys, or one of those that verify
// tokens is malformed.
Result<std::vector<WebKey>> parse_web_key_set(std::string_view text);

json::Object web_key_set(const std::vector<WebKey>& keys);

}  // namespace hanse::codec
