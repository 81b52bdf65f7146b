#include "testbed/plan.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <set>

#include "cli/yaml_document.h"
#include "federation/policy.h"
#include "testbed/built_in_topologies.h"
#include "zone/zone_config.h"

namespace hanse::testbed {
namespace {

Plan three() {
  return *make_plan("test", "/state/", three_zones());
}

TEST_CASE("each zone has a namespace, an address and folders of its own") {
  const Plan plan = three();
  std::set<std::string> seen;
  for (const ZonePlan& zone : plan.zones)
    for (const std::string& own : {zone.network_namespace, zone.address, zone.folder, zone.data_folder})
      CHECK_MESSAGE(seen.insert(own).second, own);
  CHECK(plan.zones[1].network_namespace == "hanse-test-warsaw");
  CHECK(plan.zones[1].address == "10.77.2.1");
  CHECK(plan.zones[1].ca_file == "/state/warsaw/zone/ca.pem");
}

TEST_CASE("the WAN joins the zones by their links and the operator without one") {
  const WanOptions options = wan_options(three());
  CHECK(options.ports.size() == 4);
  CHECK(options.ports[0].network_namespace.empty());
  CHECK(options.links.size() == 3);
  for (const LinkChange& link : options.links) {
    CHECK(link.delay_ms == 10);
    CHECK(link.mbit == 200);
    CHECK(apply({}, link).has_value());
  }
  CHECK(*parse_wan_options(json::dump(to_json(options))) == options);
}

TEST_CASE("hosts of one zone share no stream port") {
  Topology topology = three_zones();
  topology.zones[0].hosts.push_back({.name = "helsinki-2"});
  const Plan plan = *make_plan("test", "/state", topology);
  CHECK(host_toml(plan.zones[0], plan.zones[0].hosts[0]).find("\"49152-49251\"") != std::string::npos);
  CHECK(host_toml(plan.zones[0], plan.zones[0].hosts[1]).find("\"49252-49351\"") != std::string::npos);
}

TEST_CASE("in a testbed every zone takes what the others give") {
  const auto policy = federation::Policy::parse(policy_toml(), "policy.toml");
  REQUIRE(policy.has_value());
  CHECK(policy->check_gives("warsaw", "acme", {}));
  CHECK(
      policy->check_accepts("warsaw", {.tenant = "acme", .flavour = "tiny", .vcpu = {4}, .memory = {1024}}));
}

TEST_CASE("a zone says what its topology says of it, and can read it") {
  const Plan plan = *make_plan("test", "/state", built_in_topology("virt8ra").value());
  for (const ZonePlan& zone : plan.zones) {
    const auto config = zone::parse_zone_config(zone_toml(zone), zone.config_file);
    REQUIRE_MESSAGE(config.has_value(), config.error().message);
    CHECK(config->labels == zone.topology.labels);
    CHECK(config->price_per_vcpu_hour == zone.topology.price_per_vcpu_hour);
    CHECK(config->price_per_gib_hour == zone.topology.price_per_gib_hour);
    CHECK(config->carbon_grams_per_kwh == zone.topology.carbon_grams_per_kwh);
    CHECK(config->carbon_source == zone.topology.carbon_source);
  }
  CHECK(zone_toml(three().zones[0]).find("price") == std::string::npos);
}

TEST_CASE("text from the topology cannot break out of its string") {
  Topology topology = three_zones();
  topology.zones[0].city = "a\"\nb\\";
  CHECK(zone_toml(make_plan("test", "/state", topology)->zones[0]).find("city = \"a\\\"\nb\\\\\"") !=
        std::string::npos);
}

TEST_CASE("the contexts are YAML with one entry a zone") {
  const auto documents = cli::read_yaml("contexts.yaml", contexts_yaml(three()));
  REQUIRE(documents.has_value());
  const json::Value& value = documents->front().value;
  CHECK(value.at("current") == "helsinki");
  CHECK(value.at("contexts").as_array().size() == 3);
  CHECK(value.at("contexts").at(2).at("tokenFile") == "/state/lisbon/admin.token");
}

TEST_CASE("a name or folder that cannot be used is refused") {
  for (const char* name : {"", "Test", "a/b", "abcdefghijk", "-a"})
    CHECK_FALSE(make_plan(name, "/state", three_zones()).has_value());
  for (const char* folder : {"", "/", "state"})
    CHECK_FALSE(make_plan("test", folder, three_zones()).has_value());
}

}  // namespace
}  // namespace hanse::testbed
