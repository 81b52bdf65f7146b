// What placement sees: zones as their signed digests describe them, never another provider's hosts, and
// inside a zone its hosts. Plain values, made fresh for each decision. What a zone does not state (no price,
// no coordinates, no member state) satisfies no constraint on it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "model/placement_policy.h"

namespace hanse::placement {

// Whose word a zone's price is.
enum class PriceSource {
  stated,  // the zone's digest, to everybody
  agreed,  // the same, at the rate at which the zone last answered this one
  own      // the list of the zone that chooses, for itself
};

struct ZoneCandidate {
  std::string name;
  std::string provider;
  std::string member_state;                 // ISO 3166
  std::vector<std::string> certifications;  // labels
  std::vector<std::string> architectures;
  std::optional<model::Coordinates> coordinates;
  std::optional<MicroEuroPerHour> price;  // of one instance of the flavour
  PriceSource price_source = PriceSource::stated;
  std::optional<GramsPerKwh> carbon;          // of its electricity
  std::string carbon_source;                  // "Electricity Maps, yearly average 2024"
  std::map<std::string, Micros> round_trips;  // measured from it, by the name of the other zone
  bool reachable = true;
  Seconds age{0};                      // of what is known of it
  std::string refusal;                 // why the two zones' policies forbid it; empty: they allow it
  bool refusal_passes = false;         // they do, and it is the answer of a moment ago, or the like
  std::int32_t replicas = 0;           // of the workload, there already
  std::int64_t fits = 0;               // how many more instances of the flavour it can take; with spread by
                                       // host: how many hosts without a replica can take one
  std::vector<std::string> workloads;  // others of the workspace that run there
};

struct HostCandidate {
  std::string name;
  std::string architecture = "x86_64";
  bool ready = true;  // connected
  bool schedulable = true;
  VcpuCount free_vcpu;
  MiB free_memory;
  std::optional<MiB> free_disk;  // where it is known and asked for
  std::vector<std::string> cpu_models;
  std::vector<std::string> machine_types;
  std::int32_t replicas = 0;  // of the workload, there already
};

struct ZoneRequest {
  model::PlacementPolicy policy;
  std::int32_t replicas = 1;  // of the workload's specification; with policy.per_zone: in each zone
};

struct HostRequest {
  std::string architecture = "x86_64";
  VcpuCount vcpu;
  MiB memory;
  MiB disk;                     // for what comes with it; HostIndex knows nothing of it
  std::string host;             // empty: any
  std::string cpu_model;        // empty: any
  std::string machine_type;     // empty: any
  bool spread_by_host = false;  // no host that has a replica of the workload
};

}  // namespace hanse::placement
