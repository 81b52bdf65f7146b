#include "zone/carbon/carbon_feed_config.h"

#include "base/json_mapping.h"
#include "codec/url.h"

namespace hanse::zone {

HANSE_DEFINE_JSON(CarbonFeedConfig)

Status check(const CarbonFeedConfig& feed) {
  if (feed.file.empty() == feed.url.empty())
    return fail_field("/carbonFeed", "give file or url, one of the two");
  if (!feed.url.empty()) {
    if (const auto url = codec::parse_https_url(feed.url); !url)
      return fail_field("/carbonFeed/url", "{}", url.error().message);
  }
  if (feed.interval_seconds < kMinCarbonInterval || feed.interval_seconds > kMaxCarbonInterval)
    return fail_field("/carbonFeed/intervalSeconds", "write a number from {} to {}", kMinCarbonInterval,
                      kMaxCarbonInterval);
  if (feed.stale_seconds < feed.interval_seconds || feed.stale_seconds > kMaxCarbonAge)
    return fail_field("/carbonFeed/staleSeconds", "write a number from interval_seconds to {}",
                      kMaxCarbonAge);
  return {};
}

}  // namespace hanse::zone
