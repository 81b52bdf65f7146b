#include "runtime/network.h"

#include <charconv>

namespace hanse {

std::string to_string(const Endpoint& endpoint) {
  if (!endpoint.unix_path.empty()) return "unix:" + endpoint.unix_path;
  const bool is_v6 = endpoint.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  if (text.starts_with(kUnix) && text.size() > kUnix.size()) {
    return Endpoint{.unix_path = std::string(text.substr(kUnix.size()))};
  }
  const std::size_t colon = text.rfind(':');
  std::uint16_t port = 0;
  bool good = colon != std::string_view::npos && colon > 0;
  if (good) {
    const std::string_view digits = text.substr(colon + 1);
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    good = failure == std::errc() && end == digits.data() + digits.size();
  }
  if (!good)
    return fail(Code::invalid_argument, "'{}' is no endpoint; write host:port, [v6]:port or unix:/path",
                text);
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return Endpoint{.host = std::string(host), .port = port};
}

}  // namespace hanse
