#include <fmt/ranges.h>

#include "placement/constraint.h"
#include "placement/round_trip.h"

namespace hanse::placement {
namespace {

struct LatencyBound {
  Place place;
  std::int32_t below_ms = 0;
};

bool is_within(const std::optional<RoundTrip>& trip, const LatencyBound& bound) {
  return trip && trip->time < Millis{bound.below_ms};
}

// The smallest bound in whole milliseconds that the round trip is below.
std::int64_t needed_ms(const RoundTrip& trip) {
  return std::chrono::floor<Millis>(trip.time).count() + 1;
}

std::vector<LatencyBound> bounds_of(const std::vector<model::LatencyTarget>& targets,
                                    const std::vector<ZoneCandidate>& zones) {
  std::vector<LatencyBound> bounds;
  for (const model::LatencyTarget& target : targets) {
    if (target.below_ms) bounds.push_back({find_place(target.to, zones), *target.below_ms});
  }
  return bounds;
}

Rejection too_far(const std::vector<LatencyBound>& bounds, const ZoneCandidate& zone) {
  std::vector<std::string> reasons;
  for (const LatencyBound& bound : bounds) {
    const std::optional<RoundTrip> trip = round_trip(zone, bound.place);
    if (is_within(trip, bound)) continue;
    const std::string found = trip ? to_text(*trip, bound.place) : why_unknown(zone, bound.place);
    reasons.push_back(fmt::format("{} and less than {} ms is asked for", found, bound.below_ms));
  }
  if (reasons.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(reasons, ", "));
}

void raise_bound(model::PlacementPolicy& policy, const std::string& place, std::int64_t below_ms) {
  for (model::LatencyTarget& target : policy.latency) {
    if (target.to == place) target.below_ms = static_cast<std::int32_t>(below_ms);
  }
}

// All bounds that the zone misses, each raised as far as it needs.
std::optional<Change> raise_bounds(const std::vector<LatencyBound>& bounds, const ZoneCandidate& zone) {
  Change change{.kind = Change::Kind::number};
  std::vector<std::string> texts;
  std::vector<std::pair<std::string, std::int64_t>> raised;
  for (const LatencyBound& bound : bounds) {
    const std::optional<RoundTrip> trip = round_trip(zone, bound.place);
    if (is_within(trip, bound)) continue;
    if (!trip || needed_ms(*trip) > model::kMaxLatencyMs) return std::nullopt;
    const std::int64_t needed = needed_ms(*trip);
    change.relative += static_cast<double>(needed - bound.below_ms) / bound.below_ms;
    texts.push_back(
        fmt::format("latency to {} is {} ms instead of {} ms", bound.place.name, needed, bound.below_ms));
    raised.emplace_back(bound.place.name, needed);
  }
  change.text = fmt::format("{}", fmt::join(texts, " and "));
  change.apply = [raised = std::move(raised)](model::PlacementPolicy& policy) {
    for (const auto& [place, below_ms] : raised) raise_bound(policy, place, below_ms);
  };
  return change;
}

}  // namespace

ZoneConstraint zone_is_near(std::vector<model::LatencyTarget> targets,
                            const std::vector<ZoneCandidate>& zones) {
  const std::vector<LatencyBound> bounds = bounds_of(targets, zones);
  return {"latency", [bounds](const ZoneCandidate& zone) { return too_far(bounds, zone); },
          [bounds](const ZoneCandidate& zone) { return raise_bounds(bounds, zone); }};
}

}  // namespace hanse::placement
