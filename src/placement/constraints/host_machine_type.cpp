#include <algorithm>
#include <fmt/format.h>

#include "placement/constraint.h"

namespace hanse::placement {

HostConstraint host_has_machine_type(std::string machine_type) {
  return {"machineType", [type = std::move(machine_type)](const HostCandidate& host) -> Rejection {
            const auto& types = host.machine_types;
            if (type.empty() || std::find(types.begin(), types.end(), type) != types.end())
              return std::nullopt;
            return fmt::format("its hypervisor has no machine type {}", type);
          }};
}

}  // namespace hanse::placement
