#include "placement/packing/score.h"

namespace hanse::placement::packing {
namespace {

// Small enough that all of a host's vCPUs weigh less than one of a million parts of its memory.
constexpr double kTieBreak = 1e-6;

}  // namespace

Score best_fit() {
  return [](const HostState& host, const InstanceState& instance) {
    const Size left = host.free - instance.size;
    return static_cast<double>(left.memory.value) / static_cast<double>(host.capacity.memory.value) +
           kTieBreak * static_cast<double>(left.vcpu.value) / static_cast<double>(host.capacity.vcpu.value);
  };
}

}  // namespace hanse::placement::packing
