#include "placement/zone_index_places.h"

#include "placement/round_trip.h"
#include "placement/zone_index_totals.h"

namespace hanse::placement {
namespace {

constexpr double kMicrosPerMilli = 1000;

// 0 to 1 as 32 bits, with zeros between them.
std::uint64_t spread_bits(double part) {
  auto bits = static_cast<std::uint64_t>(part * 4'294'967'295.0);
  bits = (bits | bits << 16) & 0x0000'ffff'0000'ffff;
  bits = (bits | bits << 8) & 0x00ff'00ff'00ff'00ff;
  bits = (bits | bits << 4) & 0x0f0f'0f0f'0f0f'0f0f;
  bits = (bits | bits << 2) & 0x3333'3333'3333'3333;
  return (bits | bits << 1) & 0x5555'5555'5555'5555;
}

}  // namespace

ZonePlaces::Trips& ZonePlaces::known(const std::string& place, const std::vector<ZoneCandidate>& zones) {
  if (const auto found = trips_.find(place); found != trips_.end()) return found->second;
  if (trips_.size() >= kMaxPlaces) trips_.clear();
  const Place resolved = find_place(place, zones);
  Trips trips{.is_zone = resolved.zone != nullptr};
  trips.micros.reserve(zones.size());
  for (const ZoneCandidate& zone : zones) {
    const auto trip = round_trip(zone, resolved);
    trips.micros.push_back(trip ? static_cast<double>(trip->time.count()) : kUnknown);
  }
  return trips_.emplace(place, std::move(trips)).first->second;
}

const ZonePlaces::Trips& ZonePlaces::trips(const std::string& place,
                                           const std::vector<ZoneCandidate>& zones) {
  return known(place, zones);
}

const ZoneBits& ZonePlaces::below(const std::string& place, std::int32_t bound_ms,
                                  const std::vector<ZoneCandidate>& zones) {
  Trips& trips = known(place, zones);
  if (const auto found = trips.below.find(bound_ms); found != trips.below.end()) return found->second;
  if (trips.below.size() >= kMaxBounds) trips.below.clear();
  ZoneBits bits(zones.size());
  for (std::size_t position = 0; position < zones.size(); ++position)
    bits.set_to(position, trips.micros[position] < bound_ms * kMicrosPerMilli);
  return trips.below.emplace(bound_ms, std::move(bits)).first->second;
}

void ZonePlaces::forget_zones() {
  std::erase_if(trips_, [](const auto& known) { return known.second.is_zone; });
}

std::uint64_t morton_code(model::Coordinates coordinates) {
  return spread_bits((coordinates.latitude + 90) / 180) << 1 |
         spread_bits((coordinates.longitude + 180) / 360);
}

}  // namespace hanse::placement
