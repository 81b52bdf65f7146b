#include "zone/authentication/token_claims.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

namespace hanse::zone {
namespace {

constexpr double kLastSecond = 9'000'000'000;  // in the year 2255; later ones do not fit into WallTime

std::string_view text_claim(const json::Object& claims, std::string_view name) {
  const json::Value* claim = claims.if_contains(name);
  return claim != nullptr && claim->is_string() ? std::string_view(claim->get_string()) : std::string_view();
}

// Nothing when it is not there. Errors: when it is no point in time.
Result<std::optional<WallTime>> time_claim(const json::Object& claims, std::string_view name) {
  const json::Value* claim = claims.if_contains(name);
  if (claim == nullptr) return std::nullopt;
  if (claim->is_number()) {
    const double seconds = claim->to_number<double>();
    if (seconds >= 0) return WallTime(Seconds{static_cast<std::int64_t>(std::min(seconds, kLastSecond))});
  }
  return fail(Code::unauthenticated, "the token's '{}' is no point in time; ask for a new token", name);
}

bool is_for(const json::Object& claims, const std::string& audience) {
  const json::Value* claim = claims.if_contains("aud");
  if (claim == nullptr) return false;
  if (claim->is_string()) return std::string_view(claim->get_string()) == audience;
  if (!claim->is_array()) return false;
  return std::any_of(claim->get_array().begin(), claim->get_array().end(), [&](const json::Value& one) {
    return one.is_string() && std::string_view(one.get_string()) == audience;
  });
}

Result<WallTime> check_times(const json::Object& claims, Seconds leeway, WallTime now) {
  HANSE_TRY(const std::optional<WallTime> expires, time_claim(claims, "exp"));
  HANSE_TRY(const std::optional<WallTime> not_before, time_claim(claims, "nbf"));
  HANSE_TRY(const std::optional<WallTime> issued, time_claim(claims, "iat"));
  if (!expires) return fail(Code::unauthenticated, "the token says not when it expires; ask for a new token");
  if (*expires + leeway <= now) {
    return fail(Code::unauthenticated, "the token expired at {}; log in again with 'hanse login'",
                to_rfc3339(*expires));
  }
  if (not_before && *not_before - leeway > now) {
    return fail(Code::unauthenticated, "the token is good from {} on; compare the clocks of issuer and zone",
                to_rfc3339(*not_before));
  }
  if (issued && *issued - leeway > now) {
    return fail(Code::unauthenticated,
                "the token was issued in the future, at {}; compare the clocks of issuer and zone",
                to_rfc3339(*issued));
  }
  return *expires;
}

std::vector<std::string> groups_of(const json::Object& claims, const TokenTerms& terms) {
  std::vector<std::string> groups;
  const json::Value* claim = terms.groups_claim.empty() ? nullptr : claims.if_contains(terms.groups_claim);
  const auto add = [&](const json::Value& one) {
    if (!one.is_string() || groups.size() == kMaxGroups) return;
    std::string name = kGroupPrefix + terms.subject_prefix + std::string(one.get_string());
    if (is_subject(name)) groups.push_back(std::move(name));
  };
  if (claim == nullptr) return groups;
  if (claim->is_array()) {
    for (const json::Value& one : claim->get_array()) add(one);
  } else {
    add(*claim);
  }
  return groups;
}

}  // namespace

bool is_subject(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSubject &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

Result<Caller> caller_of_claims(const json::Object& claims, const TokenTerms& terms, WallTime now) {
  if (text_claim(claims, "iss") != terms.issuer)
    return fail(Code::unauthenticated, "the token's issuer is not that of '{}'", terms.name);
  if (!is_for(claims, terms.audience)) {
    return fail(Code::unauthenticated,
                "the token is not made for '{}'; ask issuer '{}' for one of this audience", terms.audience,
                terms.name);
  }
  HANSE_TRY(const WallTime expires, check_times(claims, terms.leeway, now));
  const std::string subject = terms.subject_prefix + std::string(text_claim(claims, terms.subject_claim));
  // What stands for all users or for groups in role assignments must not be a name.
  const bool good = subject.size() > terms.subject_prefix.size() && is_subject(subject) && subject != "*" &&
                    !subject.starts_with(kGroupPrefix);
  if (!good) {
    return fail(Code::unauthenticated, "the token's '{}' is no subject of 1 to {} printable characters",
                terms.subject_claim, kMaxSubject);
  }
  return Caller{.kind = CallerKind::user,
                .name = subject,
                .groups = groups_of(claims, terms),
                .expires_at = expires,
                .issuer = terms.name};
}

}  // namespace hanse::zone
