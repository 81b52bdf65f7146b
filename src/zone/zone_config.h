// The configuration of a zone: one TOML file. Unknown keys, wrong types and values out of range are refused
// with file, line and remedy.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "runtime/network.h"
#include "zone/audit/audit_config.h"
#include "zone/authentication/issuer_config.h"
#include "zone/carbon/carbon_feed_config.h"

namespace hanse::zone {

// A size of instance that the zone offers to the federation.
struct FlavourConfig {
  std::string name;
  std::int64_t vcpu = 0;
  std::int64_t memory_mib = 0;
  std::string architecture = "x86_64";
};
BOOST_DESCRIBE_STRUCT(FlavourConfig, (), (name, vcpu, memory_mib, architecture))
HANSE_DECLARE_JSON(FlavourConfig);

// Moves within the zone that empty hosts, at most this share of its running instances in an hour.
struct RebalanceConfig {
  double moves_per_hour_percent = 0;
  bool operator==(const RebalanceConfig&) const = default;
};
BOOST_DESCRIBE_STRUCT(RebalanceConfig, (), (moves_per_hour_percent))
HANSE_DECLARE_JSON(RebalanceConfig);

struct ZoneConfig {
  std::string name;
  std::string provider;
  std::string member_state;  // ISO 3166: "FI"
  std::string city;
  std::optional<double> latitude;  // with longitude, or neither: not known to placement
  std::optional<double> longitude;
  Endpoint listen;
  std::optional<Endpoint> advertise;  // where other zones reach it, when that is not `listen`
  std::string data_dir;
  std::vector<std::string> move_peers = {};  // that can run what this zone creates; empty: all that it trusts
  std::vector<std::string> labels;           // certifications and the like: "iso27001"
  std::vector<FlavourConfig> flavours;       // empty: common ones
  double price_per_vcpu_hour = 0;            // euro; both 0: no price is said
  double price_per_gib_hour = 0;
  std::int64_t carbon_grams_per_kwh = 0;             // 0: the yearly average of the member state
  std::string carbon_source;                         // who says so
  std::optional<CarbonFeedConfig> carbon_feed = {};  // counts before these while it is current
  std::string policy_file;       // for peers; empty: policy.toml in data_dir, which may be missing
  std::string admin_token_file;  // the bearer token of the first administrator
  std::optional<RebalanceConfig> rebalance = {};  // nothing: no instance is moved for it
  std::vector<IssuerConfig> issuers = {};         // whose tokens count here, beside the zone's own
  AuditConfig audit = {};                         // how much of the audit log is kept
};

// Requires: `text` is the content of `path`. Errors: invalid_argument.
Result<ZoneConfig> parse_zone_config(const std::string& text, const std::string& path);

// What the zone's certificate is for.
std::vector<std::string> certificate_addresses(const ZoneConfig& config);

}  // namespace hanse::zone
