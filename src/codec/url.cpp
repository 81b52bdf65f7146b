#include "codec/url.h"

#include <algorithm>
#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <boost/url/url_view.hpp>

namespace hanse::codec {
namespace {

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

// Boost.URL's own view of segments leaves out a leading "/.", which would give two paths one meaning.
std::vector<std::string> split_and_decode(boost::urls::pct_string_view path) {
  std::vector<std::string> segments;
  std::string_view rest(path.data(), path.size());
  while (rest.size() > 1 || !segments.empty()) {
    rest.remove_prefix(1);
    const std::size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    segments.push_back(
        boost::urls::pct_string_view(boost::urls::string_view(segment.data(), segment.size())).decode());
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash);
  }
  return segments;
}

bool is_bad_segment(const std::string& segment) {
  return segment == "." || segment == ".." || has_control_character(segment);
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  const auto url = boost::urls::parse_origin_form(boost::urls::string_view(text.data(), text.size()));
  if (!url) return fail(Code::invalid_argument, "the request target is no path; write /path?query");
  Target target;
  target.path = std::string(url->encoded_path());
  target.segments = split_and_decode(url->encoded_path());
  for (const auto& parameter : url->params()) {
    target.query.insert_or_assign(std::string(parameter.key), std::string(parameter.value));
  }
  if (target.segments.size() > kMaxSegments || url->params().size() > kMaxQueryParameters) {
    return fail(Code::invalid_argument,
                "the request target has more than {} segments or {} parameters; send fewer", kMaxSegments,
                kMaxQueryParameters);
  }
  if (std::any_of(target.segments.begin(), target.segments.end(), is_bad_segment)) {
    return fail(Code::invalid_argument,
                "the path of the request has a segment '.' or '..' or a control character; remove it");
  }
  return target;
}

Result<HttpsUrl> parse_https_url(std::string_view text) {
  const auto url = boost::urls::parse_uri(boost::urls::string_view(text.data(), text.size()));
  const bool good = url && url->scheme_id() == boost::urls::scheme::https && !url->encoded_host().empty() &&
                    !url->has_userinfo() && !url->has_fragment() &&
                    (!url->has_port() || url->port_number() != 0);
  if (!good)
    return fail(Code::invalid_argument, "'{}' is no URL of the form https://host/path", text.substr(0, 200));
  HttpsUrl parts;
  parts.host = std::string(url->host_address());
  if (url->has_port()) parts.port = url->port_number();
  parts.target = std::string(url->encoded_target());
  if (!parts.target.starts_with('/')) parts.target.insert(0, 1, '/');
  return parts;
}

std::string percent_encode(std::string_view text) {
  return boost::urls::encode(boost::urls::string_view(text.data(), text.size()),
                             boost::urls::unreserved_chars);
}

std::string join_path(const std::vector<std::string>& segments) {
  std::string out;
  for (const std::string& segment : segments) out += "/" + percent_encode(segment);
  return out.empty() ? "/" : out;
}

std::string encode_query(const Query& query) {
  std::string out;
  for (const auto& [key, value] : query) {
    out += (out.empty() ? "?" : "&") + percent_encode(key) + "=" + percent_encode(value);
  }
  return out;
}

}  // namespace hanse::codec
