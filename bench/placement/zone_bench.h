// Zone choices a second in a federation, by policies with every hard constraint and several weights. Failure:
// ends the program when the index and what it is compared with do not choose the same zones.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/placement/measure.h"

namespace hanse::bench {

struct ZoneFigures {
  double index_rate = 0;
  double scan_rate = 0;
  double planner_rate = 0;
  Percentiles index;
  double any_rate = 0;      // by the index, of policies that nearly all zones satisfy, with five weights
  double update_us = 0;     // a new digest of a zone that stays where it is, by the index
  double new_place_us = 0;  // a choice by the index that names a place for the first time
  double chosen = 0;        // of the choices, those that found a zone
  double remaining = 0;     // zones that satisfy the constraints, on average
};

ZoneFigures measure_zones(std::size_t zones, Duration time, std::uint64_t seed);

}  // namespace hanse::bench
