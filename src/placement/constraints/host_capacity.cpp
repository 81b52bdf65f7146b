#include <fmt/format.h>

#include "placement/constraint.h"

namespace hanse::placement {

HostConstraint host_has_capacity(VcpuCount vcpu, MiB memory) {
  return {"capacity", [vcpu, memory](const HostCandidate& host) -> Rejection {
            if (host.free_vcpu >= vcpu && host.free_memory >= memory) return std::nullopt;
            return fmt::format("it has {} vCPU and {} MiB free and {} vCPU and {} MiB are needed",
                               host.free_vcpu.value, host.free_memory.value, vcpu.value, memory.value);
          }};
}

}  // namespace hanse::placement
