// A hard constraint: a name, and a function that says why a candidate is out, or nothing when it may stay.
// One constraint, one file. Pure. Explanations and refusals are made of these reasons.
//
// A constraint may also say what would have to change for a candidate that it is against. Constraints may
// keep pointers to the candidates that they were made for: they live no longer than one decision.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "placement/candidate.h"
#include "placement/round_trip.h"

namespace hanse::placement {

using Rejection = std::optional<std::string>;

// What lets a rejected candidate in. Nearest first: numbers by how much they change, then lists, then what no
// policy can change.
struct Change {
  enum class Kind { number, list, outside };
  Kind kind = Kind::outside;
  double relative = 0;                                           // of a number: 0.4 for 28 instead of 20
  std::string text;                                              // completes "1 zone qualifies if"
  std::function<void(model::PlacementPolicy&)> apply = nullptr;  // none: outside of the policy
};

template <class Candidate>
struct Constraint {
  std::string_view name;
  std::function<Rejection(const Candidate&)> check;
  // Requires: check rejects the candidate. None, or nothing: it cannot be helped.
  std::function<std::optional<Change>(const Candidate&)> change = nullptr;
};

using ZoneConstraint = Constraint<ZoneCandidate>;
using HostConstraint = Constraint<HostCandidate>;

// What the policy asks of a zone. Empty lists and absent bounds allow all.
ZoneConstraint zone_is_named(std::vector<std::string> zones);
ZoneConstraint zone_in_member_state(std::vector<std::string> states);
ZoneConstraint zone_of_provider(std::vector<std::string> providers);
ZoneConstraint zone_has_architecture(std::optional<std::string> architecture);
ZoneConstraint zone_is_certified(std::vector<std::string> certifications);
ZoneConstraint zone_is_near(std::vector<model::LatencyTarget> targets,
                            const std::vector<ZoneCandidate>& zones);
ZoneConstraint zone_below_price(std::optional<MicroEuroPerHour> ceiling);
ZoneConstraint zone_below_carbon(std::optional<GramsPerKwh> ceiling);
ZoneConstraint zone_runs_all(std::vector<std::string> workloads);
ZoneConstraint zone_runs_none(std::vector<std::string> workloads);
ZoneConstraint zone_has_no_replica(model::Spread spread, const std::vector<ZoneCandidate>& zones);
ZoneConstraint zone_lacks_replicas(bool per_zone, std::int32_t replicas);

// What the state of things asks of it.
ZoneConstraint zone_is_allowed();
ZoneConstraint zone_is_reachable();
ZoneConstraint zone_has_capacity();

HostConstraint host_is_ready();
HostConstraint host_is_named(std::string host);
HostConstraint host_has_architecture(std::string architecture);
HostConstraint host_has_capacity(VcpuCount vcpu, MiB memory);
HostConstraint host_has_disk(MiB disk);
HostConstraint host_has_cpu_model(std::string cpu_model);
HostConstraint host_has_machine_type(std::string machine_type);
HostConstraint host_has_no_replica(bool spread_by_host);

}  // namespace hanse::placement
