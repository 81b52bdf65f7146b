#include "host/host_name.h"

#include <string_view>

namespace hanse::host {
namespace {

constexpr std::string_view kZonePart = "hanse://zone/";
constexpr std::string_view kHostPart = "/host/";

}  // namespace

Result<HostName> read_host_name(const std::string& uri) {
  const std::size_t middle = uri.find(kHostPart, kZonePart.size());
  if (!uri.starts_with(kZonePart) || middle == std::string::npos)
    return fail(Code::invalid_argument, "'{}' is not the name of a host", uri);
  HostName name{.zone = uri.substr(kZonePart.size(), middle - kZonePart.size()),
                .host = uri.substr(middle + kHostPart.size())};
  if (name.zone.empty() || name.host.empty())
    return fail(Code::invalid_argument, "'{}' is not the name of a host", uri);
  return name;
}

}  // namespace hanse::host
