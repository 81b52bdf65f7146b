// The topology virt8ra and the workloads of examples/ are made for each other: docs/testbed.md says where
// they go.
#include <algorithm>
#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <fstream>
#include <set>
#include <sstream>

#include "cli/manifest.h"
#include "model/workload.h"
#include "placement/planner.h"
#include "testbed/built_in_topologies.h"
#include "testbed/plan.h"
#include "zone/federation/zone_offer.h"
#include "zone/zone_config.h"

namespace hanse::testbed {
namespace {

std::vector<placement::ZoneCandidate> eleven_zones() {
  std::vector<placement::ZoneCandidate> zones;
  const Plan plan = make_plan("test", "/state", built_in_topology("virt8ra").value()).value();
  for (const ZonePlan& zone : plan.zones) {
    const auto config = zone::parse_zone_config(zone_toml(zone), zone.config_file).value();
    const auto carbon = zone::carbon_of(config).value();
    zones.push_back({.name = config.name,
                     .provider = config.provider,
                     .member_state = config.member_state,
                     .certifications = config.labels,
                     .architectures = {"x86_64"},
                     .coordinates = model::Coordinates{config.latitude.value(), config.longitude.value()},
                     .price = zone::price_of(config, {1}, {192}),
                     .carbon = carbon.grams_per_kwh,
                     .carbon_source = carbon.source,
                     .fits = 4});
  }
  return zones;
}

model::Workload example(const std::string& name) {
  std::stringstream text;
  text << std::ifstream(HANSE_SOURCE_DIR "/examples/" + name + ".yaml").rdbuf();
  const auto documents = cli::read_manifest(name, text.str(), {"default", "default"}).value();
  const auto found = std::find_if(documents.begin(), documents.end(),
                                  [&](const auto& document) { return document.name == name; });
  REQUIRE(found != documents.end());
  return json::from_json<model::Workload>(found->resource).value();
}

using ZoneNames = std::set<std::string>;

// Where the replicas go, one after the other.
ZoneNames placed(const std::string& name) {
  const model::Workload workload = example(name);
  const bool per_zone = workload.spec.placement.per_zone;
  std::vector<placement::ZoneCandidate> zones = eleven_zones();
  ZoneNames names;
  for (std::int32_t i = 0; per_zone ? i < 100 : i < workload.spec.replicas; ++i) {
    const auto decision = placement::choose_zone({workload.spec.placement, workload.spec.replicas}, zones);
    if (decision.chosen.empty()) break;
    names.insert(decision.chosen);
    for (placement::ZoneCandidate& zone : zones)
      if (zone.name == decision.chosen) ++zone.replicas;
  }
  return names;
}

TEST_CASE("everywhere is in all eleven zones") {
  CHECK(placed("everywhere").size() == 11);
}

TEST_CASE("near is in Frankfurt, and three others are near enough") {
  CHECK(placed("near") == ZoneNames{"frankfurt"});
  const model::Workload near = example("near");
  ZoneNames allowed;
  for (const placement::ZoneCandidate& zone : eleven_zones())
    if (!placement::choose_zone({near.spec.placement, 1}, {zone}).chosen.empty()) allowed.insert(zone.name);
  CHECK(allowed == ZoneNames{"frankfurt", "ljubljana", "lyon", "munich"});
}

TEST_CASE("green is in the two zones of Sweden") {
  CHECK(placed("green") == ZoneNames{"lulea", "stockholm"});
}

}  // namespace
}  // namespace hanse::testbed
