#include "placement/round_trip.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>

#include "placement/places.h"
#include "placement/text.h"

namespace hanse::placement {
namespace {

constexpr double kEarthRadiusKm = 6371.0;
constexpr double kBaseMicros = 1900;
constexpr double kMicrosPerKm = 17.6;

std::optional<Micros> measured_between(const ZoneCandidate& from, const ZoneCandidate& to) {
  if (const auto found = from.round_trips.find(to.name); found != from.round_trips.end()) {
    return found->second;
  }
  // A round trip is as long from the other end.
  if (const auto found = to.round_trips.find(from.name); found != to.round_trips.end()) {
    return found->second;
  }
  return std::nullopt;
}

}  // namespace

Place find_place(const std::string& name, const std::vector<ZoneCandidate>& zones) {
  if (const auto coordinates = model::parse_coordinates(name)) return {name, nullptr, coordinates};
  const auto zone = std::find_if(zones.begin(), zones.end(), [&](const auto& z) { return z.name == name; });
  if (zone != zones.end()) return {name, &*zone, zone->coordinates};
  return {name, nullptr, find_city(name)};
}

// Haversine: exact enough for near points too.
double great_circle_km(model::Coordinates from, model::Coordinates to) {
  constexpr double kRadians = std::numbers::pi / 180;
  const double latitude = std::sin((to.latitude - from.latitude) * kRadians / 2);
  const double longitude = std::sin((to.longitude - from.longitude) * kRadians / 2);
  const double chord = latitude * latitude + std::cos(from.latitude * kRadians) *
                                                 std::cos(to.latitude * kRadians) * longitude * longitude;
  return 2 * kEarthRadiusKm * std::asin(std::min(1.0, std::sqrt(chord)));
}

Micros modelled_round_trip(double kilometres) {
  return Micros{std::llround(kBaseMicros + kMicrosPerKm * kilometres)};
}

std::optional<RoundTrip> round_trip(const ZoneCandidate& zone, const Place& place) {
  if (place.zone != nullptr) {
    if (place.zone->name == zone.name) return RoundTrip{Micros{0}, "the zone itself"};
    if (const auto time = measured_between(zone, *place.zone)) return RoundTrip{*time, "measured"};
  }
  if (!zone.coordinates || !place.coordinates) return std::nullopt;
  const double kilometres = great_circle_km(*zone.coordinates, *place.coordinates);
  return RoundTrip{modelled_round_trip(kilometres), "modelled"};
}

std::string to_text(const RoundTrip& trip, const Place& place) {
  return fmt::format("{} to {} ({})", to_text(trip.time), place.name, trip.source);
}

std::string why_unknown(const ZoneCandidate& zone, const Place& place) {
  if (place.zone != nullptr && !place.coordinates) {
    return fmt::format("zone '{}' states no coordinates and no round trip to it was measured", place.name);
  }
  if (!place.coordinates) {
    return fmt::format("no city and no zone is named '{}'; write coordinates like 52.52,13.40", place.name);
  }
  return fmt::format("it states no coordinates{}", place.zone != nullptr && zone.round_trips.empty()
                                                       ? " and has measured no round trips"
                                                       : "");
}

}  // namespace hanse::placement
