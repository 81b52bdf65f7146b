// HostName: who a host is, as its certificate says it: hanse://zone/<zone>/host/<host>. Pure. Failure:
// invalid_argument for any other name.
#pragma once

#include <string>

#include "base/result.h"

namespace hanse::host {

struct HostName {
  std::string zone;
  std::string host;
  bool operator==(const HostName&) const = default;
};

Result<HostName> read_host_name(const std::string& uri);

}  // namespace hanse::host
