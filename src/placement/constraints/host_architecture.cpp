#include <fmt/format.h>

#include "placement/constraint.h"

namespace hanse::placement {

HostConstraint host_has_architecture(std::string architecture) {
  return {"architecture", [architecture = std::move(architecture)](const HostCandidate& host) -> Rejection {
            if (host.architecture == architecture) return std::nullopt;
            return fmt::format("it is {} and the instance needs {}", host.architecture, architecture);
          }};
}

}  // namespace hanse::placement
