#include <fmt/format.h>

#include "placement/round_trip.h"
#include "placement/score.h"

namespace hanse::placement {
namespace {

// The place that is farthest from the zone, with its round trip; nothing when one is not known.
std::optional<std::pair<RoundTrip, const Place*>> farthest(const std::vector<Place>& places,
                                                           const ZoneCandidate& zone) {
  std::optional<std::pair<RoundTrip, const Place*>> found;
  for (const Place& place : places) {
    const std::optional<RoundTrip> trip = round_trip(zone, place);
    if (!trip) return std::nullopt;
    if (!found || trip->time > found->first.time) found.emplace(*trip, &place);
  }
  return found;
}

}  // namespace

// Users are as well served as the worst served of them.
ZoneScore latency_score(std::int32_t weight, const std::vector<model::LatencyTarget>& targets,
                        const std::vector<ZoneCandidate>& zones) {
  std::vector<Place> places;
  for (const model::LatencyTarget& target : targets) places.push_back(find_place(target.to, zones));
  return {"latency", weight,
          [places](const ZoneCandidate& zone) -> std::optional<std::int64_t> {
            const auto found = farthest(places, zone);
            if (!found) return std::nullopt;
            return found->first.time.count();
          },
          [places](const ZoneCandidate& zone) -> std::string {
            const auto found = farthest(places, zone);
            if (!found) return "the round trips to the places are not known";
            return fmt::format("{}{}", places.size() > 1 ? "at most " : "",
                               to_text(found->first, *found->second));
          }};
}

}  // namespace hanse::placement
