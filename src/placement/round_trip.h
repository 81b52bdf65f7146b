// How far a zone is from a place, as round-trip time: measured where the zones have measured it, else
// modelled from the great-circle distance. Pure; every figure keeps where it comes from.
//
// The model is a line through the published median round trips between one large provider's European regions,
// R2 0.96: light in fibre needs 0.01 ms a kilometre there and back, and cables run in detours.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "placement/candidate.h"

namespace hanse::placement {

struct RoundTrip {
  Micros time{0};
  std::string_view source;  // "measured", "modelled", or "the zone itself"
  bool operator==(const RoundTrip&) const = default;
};

// A place as a policy names it. `zone` points into the candidates that it was resolved against.
struct Place {
  std::string name;
  const ZoneCandidate* zone = nullptr;            // it is the name of this zone
  std::optional<model::Coordinates> coordinates;  // of the place; nothing when there is no such place
};

// Coordinates, the exact name of one of the zones, or a city, in this order.
Place find_place(const std::string& name, const std::vector<ZoneCandidate>& zones);

double great_circle_km(model::Coordinates from, model::Coordinates to);
Micros modelled_round_trip(double kilometres);

// Nothing when neither a measurement nor both coordinates are known.
std::optional<RoundTrip> round_trip(const ZoneCandidate& zone, const Place& place);
std::string to_text(const RoundTrip& trip, const Place& place);  // "28.1 ms to Berlin (modelled)"
// Why round_trip() has nothing to say.
std::string why_unknown(const ZoneCandidate& zone, const Place& place);

}  // namespace hanse::placement
