#include <fmt/format.h>

#include "placement/constraint.h"

namespace hanse::placement {

HostConstraint host_is_named(std::string name) {
  return {"host", [name = std::move(name)](const HostCandidate& host) -> Rejection {
            if (name.empty() || host.name == name) return std::nullopt;
            return fmt::format("only host '{}' may run it", name);
          }};
}

}  // namespace hanse::placement
