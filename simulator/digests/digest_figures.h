// DigestFigures: what it costs to keep the digests of a federation everywhere, and how fast a change is
// there, measured over a DigestNet in phases of virtual time. Deterministic. Thread: one.
#pragma once

#include <cstdint>
#include <string>

#include "base/units.h"

namespace hanse::simulator {

// What is promised for a federation of 1,000 zones.
inline constexpr Nanos kSpreadBudget = Seconds{10};

struct DigestFigures {
  int zones = 0;
  std::size_t changes = 0;
  Nanos spread_median{0};
  Nanos spread_worst{0};
  std::size_t late = 0;         // changes that were not everywhere after kSpreadBudget
  double idle_bytes = 0;        // a zone and second, nothing changes
  double refresh_bytes = 0;     // a zone and second, each digest is new once a minute
  double bytes_per_change = 0;  // in the whole federation, for each zone that learns of it
  double handshake_share = 0;   // of refresh_bytes
  double probe_bytes = 0;       // a zone and second, for round trips
  std::size_t cut_zones = 0;    // for a minute
  Nanos cut_spread_worst{0};    // between the others meanwhile
  Nanos caught_up_after{0};     // all know everything again, after the cut
};

DigestFigures measure_digests(int zones, std::uint64_t seed);
std::string to_json_line(const DigestFigures& figures);

}  // namespace hanse::simulator
