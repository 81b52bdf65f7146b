#include "testbed/topology.h"

#include <doctest/doctest.h>
#include <fstream>
#include <iterator>

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

TEST_CASE("the file that is shipped is the built-in topology") {
  // From the root of the sources, or from the build folder, where ctest starts.
  std::ifstream file("testbed/topologies/three.yaml");
  if (!file.is_open()) file.open("../../testbed/topologies/three.yaml");
  REQUIRE(file.is_open());
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const Result<Topology> topology = read_topology("three.yaml", text);
  REQUIRE_MESSAGE(topology.has_value(), topology.error().message);
  CHECK(*topology == three_zones());
}

TEST_CASE("a zone without hosts gets one, a pair without a link gets the default one") {
  const Result<Topology> topology = read_topology(
      "t.yaml", kZone + "defaultLink: {roundTripMs: 30}\nlinks: [{between: [b, a], mbit: 10}]\n");
  REQUIRE(topology.has_value());
  CHECK(topology->zones[0].hosts == std::vector<HostTopology>{{.name = "a-1"}});
  CHECK(link_between(*topology, "a", "b") == LinkQuality{.mbit = 10});
  CHECK(link_between(*read_topology("t.yaml", kZone + "defaultLink: {roundTripMs: 30}\n"), "a", "b") ==
        LinkQuality{.round_trip_ms = 30});
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
        "{name: a, provider: p, memberState: FI, city: x, hosts: [{name: h, vcpu: 0}]}",
        "{name: a, provider: p, memberState: FI, city: x, hosts: [{name: h}, {name: h}]}"})
    CHECK_MESSAGE(!error_of("zones: [" + zone + "]\n").empty(), zone);
  CHECK(error_of("").starts_with("t.yaml:1:1: "));
}

}  // namespace
}  // namespace hanse::testbed
