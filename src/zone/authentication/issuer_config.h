// An issuer of tokens that a zone trusts, as its configuration names it: [[issuers]] in the zone's file.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace hanse::zone {

inline constexpr std::size_t kMaxIssuers = 16;

struct IssuerConfig {
  std::string name;      // for messages, and in front of its subjects
  std::string issuer;    // the claim "iss", exactly
  std::string audience;  // must be in the claim "aud"
  std::string jwks_file;
  // Where the keys are; neither: what <issuer>/.well-known/openid-configuration says.
  std::string jwks_url;
  std::string ca_file = "/etc/ssl/certs/ca-certificates.crt";  // whom to trust there
  std::string subject_claim = "sub";
  std::string groups_claim;                   // empty: none
  std::optional<std::string> subject_prefix;  // default: "<name>:"
  bool operator==(const IssuerConfig&) const = default;
};
BOOST_DESCRIBE_STRUCT(IssuerConfig, (),
                      (name, issuer, audience, jwks_file, jwks_url, ca_file, subject_claim, groups_claim,
                       subject_prefix))
HANSE_DECLARE_JSON(IssuerConfig);

std::string prefix_of(const IssuerConfig& issuer);

// What the fields say, and that no two issuers can speak of the same subject. Errors: invalid_argument with
// the pointer below "/issuers".
Status check(const std::vector<IssuerConfig>& issuers);

}  // namespace hanse::zone
