// ZonePlaces: the round trips of all zones to the places that policies speak of, computed once for a place,
// and the zones below each bound that was asked for. Pure; never fails: to a place that nobody knows there is
// no round trip.
//
// Lifecycle: valid for the zones that it is handed; whoever changes them calls forget() or forget_zones().
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "placement/candidate.h"
#include "placement/zone_index_bits.h"

namespace hanse::placement {

class ZonePlaces {
 public:
  struct Trips {
    bool is_zone = false;
    std::vector<double> micros;              // by position; kUnknown where there is none
    std::map<std::int32_t, ZoneBits> below;  // by bound in milliseconds
  };

  // Valid until the next call.
  const Trips& trips(const std::string& place, const std::vector<ZoneCandidate>& zones);
  const ZoneBits& below(const std::string& place, std::int32_t bound_ms,
                        const std::vector<ZoneCandidate>& zones);

  void forget() { trips_.clear(); }
  // What zones measure between them has changed; to cities and coordinates it has not.
  void forget_zones();

  // Beyond so many, of places and of bounds for each, all are forgotten and those in use computed anew.
  static constexpr std::size_t kMaxPlaces = 256;
  static constexpr std::size_t kMaxBounds = 64;

 private:
  Trips& known(const std::string& place, const std::vector<ZoneCandidate>& zones);

  std::map<std::string, Trips> trips_;
};

// Interleaves the bits of both coordinates: zones that are near each other get numbers that are near, so that
// the sets of a region are runs of words.
std::uint64_t morton_code(model::Coordinates coordinates);

}  // namespace hanse::placement
