#include "placement/constraint.h"

namespace hanse::placement {

HostConstraint host_is_ready() {
  return {"ready", [](const HostCandidate& host) -> Rejection {
            if (!host.ready) return "the host is not connected";
            if (!host.schedulable) return "the host is set to take nothing new";
            return std::nullopt;
          }};
}

}  // namespace hanse::placement
