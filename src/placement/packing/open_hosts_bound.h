// How many hosts of a fleet some instances need at least, whoever packs them: the proof of
// configuration_bound.h for fleets as they are, with hosts of many sizes and instances of many. Where there
// are too many to be exact in time, hosts count as larger than they are, instances as smaller, and those that
// matter least not at all: what is proved is then less, and nothing wrong.
//
// Pure; to be called where blocking is allowed: it may take kMaxBoundWork steps, some seconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "placement/packing/configuration_bound.h"

namespace hanse::placement::packing {

inline constexpr std::int64_t kMaxBoundWork = 2'000'000'000;
inline constexpr std::size_t kMaxHostKinds = 12;
inline constexpr std::size_t kMaxShapes = 48;
// Into so many a host's memory is cut where that is finer.
inline constexpr std::int64_t kMemorySteps = 1024;

// So many instances of this size.
struct Demand {
  Size size;
  std::int64_t count = 0;
};

struct OpenHostsBound {
  std::int64_t at_least = 0;
  std::int64_t left_out = 0;  // instances that no host could hold, or that did not matter enough
};

// Kinds and demands of equal size may come several times; of neither more than about 10^6 in all.
OpenHostsBound bound_open_hosts(std::vector<HostKind> hosts, std::vector<Demand> demands,
                                std::int64_t max_work = kMaxBoundWork);

}  // namespace hanse::placement::packing
