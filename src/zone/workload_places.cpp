#include "zone/workload_places.h"

#include <algorithm>
#include <fmt/ranges.h>
#include <vector>

#include "placement/near_names.h"
#include "placement/places.h"

namespace hanse::zone {
namespace {

bool was_named(const model::Workload* before, const std::string& place) {
  if (before == nullptr) return false;
  const auto& targets = before->spec.placement.latency;
  return std::any_of(targets.begin(), targets.end(), [&](const auto& target) { return target.to == place; });
}

std::string advice(const std::string& place, const std::string& zone, const federation::Peers& peers) {
  std::vector<std::string> known = peers.names();
  known.push_back(zone);
  for (const placement::City& city : placement::cities()) known.emplace_back(city.name);
  const std::vector<std::string> near = placement::near_names(place, known);
  if (near.empty()) return "name a large city, a zone of the federation, or coordinates like 52.52,13.40";
  return fmt::format("did you mean {}?", fmt::join(near, " or "));
}

}  // namespace

Status check_places(const std::string& zone, const federation::Peers& peers, const model::Workload& wanted,
                    const model::Workload* before) {
  const std::vector<model::LatencyTarget>& targets = wanted.spec.placement.latency;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::string& place = targets[i].to;
    const bool known = place == zone || peers.find(place) != nullptr || placement::find_city(place) ||
                       model::parse_coordinates(place) || was_named(before, place);
    if (known) continue;
    return fail_field(fmt::format("/spec/placement/latency/{}/to", i), "the place '{}' is not known here; {}",
                      place, advice(place, zone, peers));
  }
  return {};
}

}  // namespace hanse::zone
