// What placement sees: zones as they describe themselves, never another provider's hosts, and inside a zone
// its hosts. Plain values, made fresh for each decision.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "model/workload.h"

namespace hanse::placement {

struct ZoneCandidate {
  std::string name;
  std::string member_state;
  bool reachable = true;
  std::int32_t replicas = 0;  // of the workload, there already
  std::int64_t fits = 0;      // how many more instances of the flavour it can take
};

struct HostCandidate {
  std::string name;
  std::string architecture = "x86_64";
  bool ready = true;  // connected
  bool schedulable = true;
  VcpuCount free_vcpu;
  MiB free_memory;
  std::vector<std::string> cpu_models;
  std::vector<std::string> machine_types;
};

struct ZoneRequest {
  model::PlacementPolicy policy;
};

struct HostRequest {
  std::string architecture = "x86_64";
  VcpuCount vcpu;
  MiB memory;
  std::string host;          // empty: any
  std::string cpu_model;     // empty: any
  std::string machine_type;  // empty: any
};

}  // namespace hanse::placement
