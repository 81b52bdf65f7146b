#include "zone/authentication/issuer_config.h"

#include "base/json_mapping.h"
#include "codec/url.h"
#include "model/metadata.h"

namespace hanse::zone {

HANSE_DEFINE_JSON(IssuerConfig)

namespace {

Status check_one(const IssuerConfig& issuer, const std::string& pointer) {
  HANSE_CHECK(model::check_name(issuer.name, pointer + "/name"));
  if (issuer.name == "group")
    return fail_field(pointer + "/name", "'group' stands before the names of groups; take another name");
  if (issuer.issuer.empty())
    return fail_field(pointer + "/issuer", "give the text of the claim 'iss' of its tokens");
  if (issuer.audience.empty()) {
    return fail_field(
        pointer + "/audience",
        "give the audience that tokens for this zone have; without it tokens that were made for "
        "others would count");
  }
  if (issuer.subject_claim.empty())
    return fail_field(pointer + "/subjectClaim", "name a claim, like \"sub\"");
  if (!issuer.jwks_file.empty() && !issuer.jwks_url.empty())
    return fail_field(pointer + "/jwksUrl", "give jwks_file or jwks_url, not both");
  if (!issuer.jwks_file.empty()) return {};
  const std::string& url = issuer.jwks_url.empty() ? issuer.issuer : issuer.jwks_url;
  if (const auto parsed = codec::parse_https_url(url); !parsed) {
    return fail_field(pointer + (issuer.jwks_url.empty() ? "/issuer" : "/jwksUrl"),
                      "{}; give such a one, or jwks_file", parsed.error().message);
  }
  return {};
}

// Whether some subject may be said to come from either.
bool overlap(const std::string& left, const std::string& right) {
  return left.starts_with(right) || right.starts_with(left);
}

}  // namespace

std::string prefix_of(const IssuerConfig& issuer) {
  return issuer.subject_prefix.value_or(issuer.name + ":");
}

Status check(const std::vector<IssuerConfig>& issuers) {
  if (issuers.size() > kMaxIssuers)
    return fail_field("/issuers", "{} issuers are too many; the limit is {}", issuers.size(), kMaxIssuers);
  for (std::size_t i = 0; i < issuers.size(); ++i) {
    const std::string pointer = fmt::format("/issuers/{}", i);
    HANSE_CHECK(check_one(issuers[i], pointer));
    for (std::size_t j = 0; j < i; ++j) {
      if (issuers[j].issuer == issuers[i].issuer)
        return fail_field(pointer + "/issuer", "issuer '{}' has the same text; each is named once",
                          issuers[j].name);
      if (overlap(prefix_of(issuers[i]), prefix_of(issuers[j]))) {
        return fail_field(
            pointer + "/subjectPrefix",
            "the subjects of issuers '{}' and '{}' cannot be told apart; give prefixes of which none "
            "begins with the other",
            issuers[j].name, issuers[i].name);
      }
    }
  }
  return {};
}

}  // namespace hanse::zone
