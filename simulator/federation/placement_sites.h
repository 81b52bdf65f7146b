// What the zones of the scenario of placement are like: where they are, what they cost, whom they let in.
// Drawn from the seed, and the same for the whole run. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/units.h"
#include "model/placement_policy.h"
#include "simulator/scenario.h"
#include "zone/zone_config.h"

namespace hanse::simulator {

// The only flavour: four of it fill a simulated host.
inline constexpr char kFlavour[] = "large";
inline constexpr std::int64_t kFlavourVcpu = 16;
inline constexpr std::int64_t kFlavourMemoryMib = 1024;

struct PlacementSite {
  zone::ZoneConfig config;
  std::string policy;       // its file for peers
  double price_factor = 1;  // for peers
};

using Sites = std::map<std::string, PlacementSite>;  // by zone

PlacementSite draw_site(std::uint64_t seed, const ZonePlace& zone);

// One of those that zones are in.
std::string draw_city(Random& random);
// Nothing when it is none of those that zones are in.
std::optional<model::Coordinates> city_coordinates(const std::string& name);

// What one replica costs there for a workload of zone `home`.
double euro_per_hour(const PlacementSite& site, const std::string& home);

}  // namespace hanse::simulator
