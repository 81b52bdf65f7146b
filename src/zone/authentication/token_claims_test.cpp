#include "zone/authentication/token_claims.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "zone/authentication/issuer_config.h"

namespace hanse::zone {
namespace {

const WallTime kNow{Seconds{1'800'000'000}};
const TokenTerms kTerms{.name = "corp",
                        .issuer = "https://login.example.org",
                        .audience = "hanse",
                        .groups_claim = "groups",
                        .subject_prefix = "corp:"};

json::Object claims() {
  return {{"iss", "https://login.example.org"},
          {"aud", "hanse"},
          {"sub", "alice@example.org"},
          {"exp", 1'800'000'600},
          {"nbf", 1'800'000'000},
          {"iat", 1'800'000'000},
          {"groups", json::Array{json::Value("dev"), json::Value("ops")}}};
}

bool refused_for(const json::Object& given, std::string_view reason) {
  const auto caller = caller_of_claims(given, kTerms, kNow);
  if (caller) return false;
  CHECK(caller.error().code == Code::unauthenticated);
  CAPTURE(caller.error().message);
  return caller.error().message.find(reason) != std::string::npos;
}

json::Object with(std::string_view name, json::Value value) {
  json::Object given = claims();
  given[name] = std::move(value);
  return given;
}

json::Object without(std::string_view name) {
  json::Object given = claims();
  given.erase(name);
  return given;
}

TEST_CASE("good claims give the subject and its groups, with the issuer's prefix") {
  const auto caller = caller_of_claims(claims(), kTerms, kNow);
  REQUIRE(caller);
  CHECK(caller->kind == CallerKind::user);
  CHECK(caller->name == "corp:alice@example.org");
  CHECK(caller->groups == std::vector<std::string>{"group:corp:dev", "group:corp:ops"});
  CHECK_FALSE(caller->administrator);
  CHECK(caller_of_claims(with("aud", json::Array{json::Value("other"), json::Value("hanse")}), kTerms, kNow));
  CHECK(caller_of_claims(with("exp", 1'800'000'600.5), kTerms, kNow));
  CHECK(caller_of_claims(with("exp", json::Value(1e300)), kTerms, kNow));
  CHECK(caller_of_claims(without("nbf"), kTerms, kNow));
  CHECK(caller_of_claims(with("groups", "dev"), kTerms, kNow)->groups.size() == 1);
}

TEST_CASE("each claim that is wrong is refused and named") {
  CHECK(refused_for(with("iss", "https://evil.example.org"), "issuer"));
  CHECK(refused_for(without("iss"), "issuer"));
  CHECK(refused_for(with("aud", "other"), "not made for 'hanse'"));
  CHECK(refused_for(with("aud", json::Array{"other", 7}), "not made for 'hanse'"));
  CHECK(refused_for(without("aud"), "not made for 'hanse'"));
  CHECK(refused_for(without("exp"), "says not when it expires"));
  CHECK(refused_for(with("exp", "tomorrow"), "'exp' is no point in time"));
  CHECK(refused_for(with("exp", -1), "'exp' is no point in time"));
  CHECK(refused_for(without("sub"), "'sub' is no subject"));
  CHECK(refused_for(with("sub", ""), "'sub' is no subject"));
  CHECK(refused_for(with("sub", "a b"), "'sub' is no subject"));
  CHECK(refused_for(with("sub", json::Value(std::string(kMaxSubject, 'a'))), "'sub' is no subject"));
}

TEST_CASE("times count with a leeway of one minute") {
  CHECK(caller_of_claims(with("exp", 1'799'999'941), kTerms, kNow));
  CHECK(refused_for(with("exp", 1'799'999'940), "expired at 2027-01-15T07:59:00"));
  CHECK(caller_of_claims(with("nbf", 1'800'000'060), kTerms, kNow));
  CHECK(refused_for(with("nbf", 1'800'000'061), "is good from"));
  CHECK(refused_for(with("iat", 1'800'000'061), "issued in the future"));
}

TEST_CASE("no subject of an issuer without prefix stands for all users or a group") {
  TokenTerms terms = kTerms;
  terms.subject_prefix = "";
  CHECK(caller_of_claims(claims(), terms, kNow)->name == "alice@example.org");
  CHECK_FALSE(caller_of_claims(with("sub", "*"), terms, kNow));
  CHECK_FALSE(caller_of_claims(with("sub", "group:corp:ops"), terms, kNow));
}

TEST_CASE("groups that are too many or cannot be written are left out") {
  const json::Array many(kMaxGroups + 10, json::Value("dev"));
  CHECK(caller_of_claims(with("groups", many), kTerms, kNow)->groups.size() == kMaxGroups);
  CHECK(caller_of_claims(with("groups", json::Array{7, "a b", ""}), kTerms, kNow)->groups.size() == 1);
}

TEST_CASE("issuers that cannot be told apart, or that say too little, are refused") {
  const IssuerConfig good{
      .name = "corp", .issuer = "https://login.example.org", .audience = "hanse", .jwks_file = "/keys"};
  CHECK(check({good}));
  const auto pointer = [&](auto change) {
    IssuerConfig other = good;
    other.name = "other";
    other.issuer = "https://other.example.org";
    change(other);
    const Status status = check(std::vector<IssuerConfig>{good, other});
    return status ? std::string("(good)") : status.error().sources.at(0).pointer;
  };
  CHECK(pointer([](IssuerConfig&) {}) == "(good)");
  CHECK(pointer([](IssuerConfig& other) { other.name = "group"; }) == "/issuers/1/name");
  CHECK(pointer([](IssuerConfig& other) { other.name = "a b"; }) == "/issuers/1/name");
  CHECK(pointer([](IssuerConfig& other) { other.audience = ""; }) == "/issuers/1/audience");
  CHECK(pointer([](IssuerConfig& other) { other.issuer = "https://login.example.org"; }) ==
        "/issuers/1/issuer");
  CHECK(pointer([](IssuerConfig& other) { other.subject_prefix = ""; }) == "/issuers/1/subjectPrefix");
  CHECK(pointer([](IssuerConfig& other) { other.subject_prefix = "corp:x:"; }) == "/issuers/1/subjectPrefix");
  CHECK(pointer([](IssuerConfig& other) { other.jwks_url = "https://x.example.org"; }) ==
        "/issuers/1/jwksUrl");
  CHECK(pointer([](IssuerConfig& other) {
          other.jwks_file = "";
          other.jwks_url = "http://x.example.org";
        }) == "/issuers/1/jwksUrl");
  CHECK(pointer([](IssuerConfig& other) {
          other.jwks_file = "";
          other.issuer = "urn:x";
        }) == "/issuers/1/issuer");
}

}  // namespace
}  // namespace hanse::zone
