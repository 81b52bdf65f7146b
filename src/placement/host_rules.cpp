#include "placement/host_rules.h"

#include <tuple>

namespace hanse::placement {

std::vector<HostConstraint> host_constraints(const HostRequest& request) {
  return {host_is_named(request.host),
          host_is_ready(),
          host_has_architecture(request.architecture),
          host_has_cpu_model(request.cpu_model),
          host_has_machine_type(request.machine_type),
          host_has_no_replica(request.spread_by_host),
          host_has_capacity(request.vcpu, request.memory),
          host_has_disk(request.disk)};
}

bool is_better(const HostCandidate& a, const HostCandidate& b) {
  return std::tie(a.free_memory, a.free_vcpu, a.name) < std::tie(b.free_memory, b.free_vcpu, b.name);
}

}  // namespace hanse::placement
