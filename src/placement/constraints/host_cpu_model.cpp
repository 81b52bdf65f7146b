#include <algorithm>
#include <fmt/format.h>

#include "placement/constraint.h"

namespace hanse::placement {

HostConstraint host_has_cpu_model(std::string cpu_model) {
  return {"cpuModel", [model = std::move(cpu_model)](const HostCandidate& host) -> Rejection {
            const auto& models = host.cpu_models;
            if (model.empty() || std::find(models.begin(), models.end(), model) != models.end())
              return std::nullopt;
            return fmt::format("it cannot give a guest the CPU model {}", model);
          }};
}

}  // namespace hanse::placement
