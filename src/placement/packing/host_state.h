// A fleet as packing sees it: hosts, and the instances on them, by their positions in the caller's tables.
// Plain values; what the caller leaves out (a host that drains) takes no part.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/units.h"

namespace hanse::placement::packing {

struct Size {
  VcpuCount vcpu;
  MiB memory;

  bool operator==(const Size&) const = default;
  Size operator+(Size other) const { return {vcpu + other.vcpu, memory + other.memory}; }
  Size operator-(Size other) const { return {vcpu - other.vcpu, memory - other.memory}; }
  bool fits_into(Size room) const { return vcpu <= room.vcpu && memory <= room.memory; }
};

// Ends are on a clock of the caller's, and expected rather than known; 0 where nothing is expected.
struct InstanceState {
  Size size;
  Seconds ends{};
  bool movable = true;
};

struct HostState {
  Size capacity;
  Size free;
  Seconds ends{};  // the latest of its instances
  std::vector<std::size_t> instances;

  bool is_open() const { return !instances.empty(); }

  void add(std::size_t number, const InstanceState& instance) {
    free = free - instance.size;
    ends = std::max(ends, instance.ends);
    instances.push_back(number);
  }
  // Requires: it is here. Its end stays in `ends`, which may be late until the caller looks at all again.
  void remove(std::size_t number, const InstanceState& instance) {
    free = free + instance.size;
    std::erase(instances, number);
    if (instances.empty()) ends = Seconds{};
  }
};

}  // namespace hanse::placement::packing
