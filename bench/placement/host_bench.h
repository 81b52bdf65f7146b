// Placements a second on a fleet that is nearly full and in which instances come and go. Failure: ends the
// program when the index and what it is compared with do not choose the same hosts.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/placement/measure.h"

namespace hanse::bench {

struct HostFigures {
  double index_rate = 0;  // a placement and a release
  double set_rate = 0;
  double scan_rate = 0;
  Percentiles index;  // of a placement alone
  Percentiles set;
  double fill_rate = 0;     // placements by the index until the empty fleet is nearly full
  double classes_rate = 0;  // as index_rate, of hosts of 16 different capabilities
};

HostFigures measure_hosts(std::size_t hosts, Duration time, std::uint64_t seed);

}  // namespace hanse::bench
