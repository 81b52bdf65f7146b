// A hard constraint: a name, and a function that says why a candidate is out, or nothing when it may stay.
// One constraint, one file. Pure. `hanse explain` and refusals are made of these reasons.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "placement/candidate.h"

namespace hanse::placement {

using Rejection = std::optional<std::string>;

template <class Candidate>
struct Constraint {
  std::string_view name;
  std::function<Rejection(const Candidate&)> check;
};

using ZoneConstraint = Constraint<ZoneCandidate>;
using HostConstraint = Constraint<HostCandidate>;

ZoneConstraint zone_is_reachable();
ZoneConstraint zone_is_named(std::vector<std::string> zones);          // empty: all are
ZoneConstraint zone_in_member_state(std::vector<std::string> states);  // empty: anywhere
ZoneConstraint zone_has_no_replica(model::Spread spread);
ZoneConstraint zone_has_capacity();

HostConstraint host_is_ready();
HostConstraint host_is_named(std::string host);
HostConstraint host_has_architecture(std::string architecture);
HostConstraint host_has_capacity(VcpuCount vcpu, MiB memory);
HostConstraint host_has_cpu_model(std::string cpu_model);
HostConstraint host_has_machine_type(std::string machine_type);

}  // namespace hanse::placement
