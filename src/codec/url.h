// Request targets and percent encoding, over Boost.URL.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hanse::codec {

using Query = std::map<std::string, std::string>;

struct Target {
  std::string path;                   // as sent, still encoded, without the query
  std::vector<std::string> segments;  // decoded: "/a%20b/c" -> {"a b", "c"}; "/" -> {}
  Query query;                        // decoded, '+' is a space; of equal keys the last counts
};

inline constexpr std::size_t kMaxSegments = 64;
inline constexpr std::size_t kMaxQueryParameters = 64;

// Reads the origin form "/path?query". Errors: invalid_argument, also for a segment "." or "..", control
// characters in a segment, and more segments or parameters than the bounds above.
Result<Target> parse_target(std::string_view text);

// Where an absolute URL points: "https://example.com/keys?x=1".
struct HttpsUrl {
  std::string host;
  std::uint16_t port = 443;
  std::string target;  // "/keys?x=1"
};

// Errors: invalid_argument for what is no https URL, has a user name or a fragment.
Result<HttpsUrl> parse_https_url(std::string_view text);

// One path segment or query value, with all but the unreserved characters encoded.
std::string percent_encode(std::string_view text);
// {"a b", "c"} -> "/a%20b/c"
std::string join_path(const std::vector<std::string>& segments);
// {{"limit", "5"}} -> "?limit=5"; empty for an empty query.
std::string encode_query(const Query& query);

}  // namespace hanse::codec
