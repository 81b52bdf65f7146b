#include "testbed/topology.h"

#include <doctest/doctest.h>
#include <set>

#include "placement/member_states.h"
#include "placement/places.h"
#include "testbed/built_in_topologies.h"

namespace hanse::testbed {
namespace {

const std::string kZone =
    "zones:\n  - {name: a, provider: p, memberState: FI, city: Helsinki, coordinates: {latitude: 60, "
    "longitude: 25}}\n"
    "  - {name: b, provider: q, memberState: PL, city: Warsaw}\n";

std::string error_of(const std::string& text) {
  const Result<Topology> topology = read_topology("t.yaml", text);
  return topology ? std::string() : topology.error().message;
}

TEST_CASE("the topologies are found by name") {
  CHECK(is_built_in("three"));
  CHECK(three_zones().zones.size() == 3);
  CHECK(built_in_topology("virt8ra").has_value());
  const Result<Topology> none = built_in_topology("atlantis");
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().code == Code::not_found);
  CHECK(none.error().message.find("use three or virt8ra, or the path of a file") != std::string::npos);
}

TEST_CASE("virt8ra is eleven providers in seven member states") {
  const Topology topology = built_in_topology("virt8ra").value();
  std::set<std::string> providers;
  std::set<std::string> states;
  for (const ZoneTopology& zone : topology.zones) {
    providers.insert(zone.provider);
    states.insert(zone.member_state);
    CHECK(placement::is_in_union(zone.member_state));
    CHECK(zone.price_per_vcpu_hour > 0);
    // It is where its city is.
    const auto city = placement::find_city(zone.city);
    REQUIRE_MESSAGE((city.has_value() && zone.coordinates.has_value()), zone.name);
    CHECK(zone.coordinates == Coordinates{city->latitude, city->longitude});
  }
  CHECK(topology.zones.size() == 11);
  CHECK(providers.size() == 11);
  CHECK(states.size() == 7);
}

TEST_CASE("a zone without hosts gets one, a pair without a link gets the default one") {
  const Result<Topology> topology = read_topology(
      "t.yaml", kZone + "defaultLink: {roundTripMs: 30}\nlinks: [{between: [b, a], mbit: 10}]\n");
  REQUIRE(topology.has_value());
  const auto& zones = topology->zones;
  CHECK(zones[0].hosts == std::vector<HostTopology>{{.name = "a-1"}});
  CHECK(link_between(*topology, zones[0], zones[1]) == LinkQuality{.round_trip_ms = 30, .mbit = 10});
  const Topology by_default = *read_topology("t.yaml", kZone + "defaultLink: {roundTripMs: 30}\n");
  CHECK(link_between(by_default, zones[0], zones[1]) == LinkQuality{.round_trip_ms = 30});
}

TEST_CASE("a host may have guests of another architecture") {
  const auto architecture = [](const std::string& name) {
    return read_topology("t.yaml",
                         "zones: [{name: a, provider: p, memberState: DE, city: Berlin, hosts: "
                         "[{name: a-1, architecture: " +
                             name + "}]}]\n");
  };
  CHECK(architecture("aarch64")->zones[0].hosts[0].architecture == "aarch64");
  CHECK(architecture("arm").error().message.find("must be x86_64 or aarch64") != std::string::npos);
}

TEST_CASE("a round trip that is not said is the one of the model") {
  const auto link = [](const std::string& tail, const std::string& second) {
    const Result<Topology> topology = read_topology(
        "t.yaml",
        "zones:\n  - {name: a, provider: p, memberState: DE, city: Berlin, coordinates: {latitude: 52.5, "
        "longitude: 13.37}}\n  - {name: b, provider: q, memberState: FR, city: Paris" +
            second + "}\n" + tail);
    REQUIRE_MESSAGE(topology.has_value(), topology.error().message);
    return link_between(*topology, topology->zones[0], topology->zones[1]);
  };
  const std::string paris = ", coordinates: {latitude: 48.87, longitude: 2.33}";
  const LinkQuality modelled = link("", paris);
  CHECK(*modelled.round_trip_ms == doctest::Approx(17.3).epsilon(0.01));  // 877 km
  CHECK(link("links: [{between: [a, b], mbit: 10}]\n", paris) ==
        LinkQuality{.round_trip_ms = modelled.round_trip_ms, .mbit = 10});
  CHECK(link("links: [{between: [a, b], roundTripMs: 0}]\n", paris) == LinkQuality{.round_trip_ms = 0});
  CHECK(link("defaultLink: {roundTripMs: 5}\n", paris) == LinkQuality{.round_trip_ms = 5});
  CHECK(link("", "") == LinkQuality{});
}

TEST_CASE("faults are told with file, line, field and remedy") {
  CHECK(error_of("zones: []\n") == "t.yaml:1:8: zones must be a list of 1 to 32 zones");
  CHECK(error_of(kZone + "links:\n  - {between: [a, c]}\n") ==
        "t.yaml:5:19: links[0].between[1] names the zone 'c', which is not in zones");
  CHECK(error_of("zones:\n  - name: a\n    provider: p\n    city: x\n    memberState: Finland\n") ==
        "t.yaml:5:18: zones[0].memberState must be a country code of two capital letters; write for example "
        "FI");
  CHECK(error_of(kZone + "speed: 1\n").starts_with("t.yaml:4:"));
  CHECK(error_of(kZone + "network: 10.77.1.0/24\n").find("network must be a private IPv4 network") !=
        std::string::npos);
}

TEST_CASE("what makes no sense is refused") {
  for (const std::string tail :
       {"links: [{between: [a]}]\n", "links: [{between: [a, a]}]\n",
        "links: [{between: [a, b]}, {between: [b, a]}]\n", "links: [{between: [a, b], roundTripMs: -1}]\n",
        "links: [{between: [a, b], lossPercent: 101}]\n",
        "links: [{between: [a, b], roundTripMs: 10, jitterMs: 6}]\n",
        "links: [{between: [a, b], mbit: fast}]\n", "links: [{between: [a, b], mbit: 0.0001}]\n",
        "defaultLink: {mbit: -1}\n", "network: 10.77.0.0/16x\n", "network: 127.0.0.0/16\n",
        "---\nzones: []\n", "zones: []\n"})
    CHECK_MESSAGE(!error_of(kZone + tail).empty(), tail);
  for (const std::string zone :
       {"{name: a}", "{name: ../a, provider: p, memberState: FI, city: x}",
        "{name: a, provider: p, memberState: FI, city: x, coordinates: {latitude: 91}}",
        "{name: a, provider: p, memberState: FI, city: x, labels: [\"No Name\"]}",
        "{name: a, provider: p, memberState: FI, city: x, pricePerVcpuHour: -1}",
        "{name: a, provider: p, memberState: FI, city: x, carbonGramsPerKwh: 9}",
        "{name: a, provider: p, memberState: FI, city: x, hosts: [{name: h, vcpu: 0}]}",
        "{name: a, provider: p, memberState: FI, city: x, hosts: [{name: h}, {name: h}]}"})
    CHECK_MESSAGE(!error_of("zones: [" + zone + "]\n").empty(), zone);
  CHECK(error_of("").starts_with("t.yaml:1:1: "));
}

}  // namespace
}  // namespace hanse::testbed
