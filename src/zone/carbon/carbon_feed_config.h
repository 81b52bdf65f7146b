// Where a zone reads the carbon intensity of its electricity, as its configuration says it: [carbon_feed] in
// the zone's file.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

#include "base/json.h"

namespace hanse::zone {

inline constexpr std::int64_t kMinCarbonInterval = 10;            // seconds
inline constexpr std::int64_t kMaxCarbonInterval = 24 * 3600;     // seconds
inline constexpr std::int64_t kMaxCarbonAge = 366LL * 24 * 3600;  // seconds

struct CarbonFeedConfig {
  std::string file;                                            // or url
  std::string url;                                             // https
  std::string ca_file = "/etc/ssl/certs/ca-certificates.crt";  // whom to trust there
  std::int64_t interval_seconds = 900;
  std::int64_t stale_seconds = 7200;  // older figures do not count
  bool operator==(const CarbonFeedConfig&) const = default;
};
BOOST_DESCRIBE_STRUCT(CarbonFeedConfig, (), (file, url, ca_file, interval_seconds, stale_seconds))
HANSE_DECLARE_JSON(CarbonFeedConfig);

// Errors: invalid_argument with the pointer below "/carbonFeed".
Status check(const CarbonFeedConfig& feed);

}  // namespace hanse::zone
