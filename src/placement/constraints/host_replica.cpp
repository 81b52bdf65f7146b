#include <fmt/format.h>

#include "placement/constraint.h"
#include "placement/text.h"

namespace hanse::placement {

HostConstraint host_has_no_replica(bool spread_by_host) {
  return {"spread", [spread_by_host](const HostCandidate& host) -> Rejection {
            if (!spread_by_host || host.replicas == 0) return std::nullopt;
            return fmt::format("it has {} already and the policy spreads by host",
                               counted(host.replicas, "replica"));
          }};
}

}  // namespace hanse::placement
