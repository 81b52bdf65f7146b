// What the claims of a verified token say of its bearer. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "runtime/clock.h"
#include "zone/caller.h"

namespace hanse::zone {

// By how much the clocks of issuer and zone may differ.
inline constexpr Seconds kClockLeeway{60};
inline constexpr std::size_t kMaxSubject = 128;
// Of one bearer; what is beyond them does not count, so that it only ever takes rights away.
inline constexpr std::size_t kMaxGroups = 256;

// What tokens of an issuer must say.
struct TokenTerms {
  std::string name = {};  // of the issuer, for messages
  std::string issuer = {};
  std::string audience = {};
  std::string subject_claim = "sub";
  std::string groups_claim = {};    // empty: none
  std::string subject_prefix = {};  // before subjects and groups
  Seconds leeway = kClockLeeway;
};

// 1 to kMaxSubject printable characters without spaces.
bool is_subject(std::string_view text);

// Requires: the signature is that of the issuer. Errors: unauthenticated.
Result<Caller> caller_of_claims(const json::Object& claims, const TokenTerms& terms, WallTime now);

}  // namespace hanse::zone
