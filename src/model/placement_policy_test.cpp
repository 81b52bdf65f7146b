#include "model/placement_policy.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "model/placement_explanation.h"
#include "model/workload.h"

namespace hanse::model {
namespace {

Result<PlacementPolicy> read_policy(std::string_view text) {
  return json::from_json<PlacementPolicy>(json::parse(text).value());
}

// The pointer of the fault, and the message that must contain the remedy.
std::string fault_in(std::string_view text, std::string_view remedy) {
  const auto policy = read_policy(text);
  REQUIRE_MESSAGE(policy, text);
  const Status status = check(*policy, "/p");
  REQUIRE_MESSAGE(!status, text);
  CHECK_MESSAGE(status.error().message.find(remedy) != std::string::npos, status.error().message);
  return status.error().sources.at(0).pointer;
}

TEST_CASE("a policy as users wrote it before stays valid") {
  const auto policy = read_policy(R"({"spread": "zone", "zones": ["helsinki"], "memberStates": ["FI"]})");
  REQUIRE(policy);
  CHECK(policy->spread == Spread::zone);
  CHECK(check(*policy, "/p"));
  CHECK(check(PlacementPolicy(), "/p"));
}

TEST_CASE("a policy with every field survives a round trip through JSON") {
  const auto policy = read_policy(R"({
    "spread": "memberState", "perZone": false, "zones": ["a", "b"], "memberStates": ["EU", "NO"],
    "providers": ["Aurora Oy"], "architecture": "aarch64", "certifications": ["secnumcloud", "eucs-high"],
    "latency": [{"to": "Berlin", "belowMs": 20}, {"to": "52.52, 13.40"}, {"to": "helsinki"}],
    "maxEuroPerHour": 0.05, "maxGramsCo2PerKwh": 150, "affinity": ["db"], "antiAffinity": ["cache"],
    "weights": {"latency": 100, "price": 1, "carbon": 2, "packing": 3, "spread": 4},
    "failover": "restart", "enforce": "continuous"})");
  REQUIRE(policy);
  CHECK(check(*policy, "/p"));
  CHECK(policy->max_grams_co2_per_kwh == GramsPerKwh{150});
  CHECK(json::from_json<PlacementPolicy>(to_json(*policy)).value() == *policy);
}

TEST_CASE("each field of a policy names its fault and the remedy") {
  CHECK(fault_in(R"({"zones": ["a", "B"]})", "lower-case") == "/p/zones/1");
  CHECK(fault_in(R"({"zones": ["a", "a"]})", "take one out") == "/p/zones/1");
  CHECK(fault_in(R"({"memberStates": ["Finland"]})", "like FI, or EU") == "/p/memberStates/0");
  CHECK(fault_in(R"({"providers": [""]})", "printable") == "/p/providers/0");
  CHECK(fault_in(R"({"architecture": "arm64"})", "aarch64") == "/p/architecture");
  CHECK(fault_in(R"({"certifications": ["a b"]})", "like secnumcloud") == "/p/certifications/0");
  CHECK(fault_in(R"({"certifications": ["c5", "SecNumCloud"]})", "lower-case") == "/p/certifications/1");
  CHECK(fault_in(R"({"latency": [{"to": ""}]})", "name a city") == "/p/latency/0/to");
  CHECK(fault_in(R"({"latency": [{"to": "91,0"}]})", "like 52.52,13.40") == "/p/latency/0/to");
  CHECK(fault_in(R"({"latency": [{"to": "Bonn"}, {"to": "Bonn"}]})", "tighter") == "/p/latency/1/to");
  CHECK(fault_in(R"({"latency": [{"to": "Bonn", "belowMs": 0}]})", "leave it out") == "/p/latency/0/belowMs");
  CHECK(fault_in(R"({"maxEuroPerHour": 0})", "no ceiling") == "/p/maxEuroPerHour");
  CHECK(fault_in(R"({"maxGramsCo2PerKwh": -1})", "no ceiling") == "/p/maxGramsCo2PerKwh");
  CHECK(fault_in(R"({"affinity": ["-"]})", "lower-case") == "/p/affinity/0");
  CHECK(fault_in(R"({"affinity": ["db"], "antiAffinity": ["x", "db"]})", "out of one") ==
        "/p/antiAffinity/1");
  CHECK(fault_in(R"({"weights": {"carbon": 101}})", "from 0") == "/p/weights/carbon");
  CHECK(fault_in(R"({"weights": {"spread": -1}})", "from 0") == "/p/weights/spread");
  CHECK(fault_in(R"({"weights": {"latency": 1}})", "placement.latency") == "/p/weights/latency");
}

TEST_CASE("every list of a policy has a limit") {
  std::vector<std::string> names;
  for (std::size_t i = 0; i <= kMaxPolicyNames; ++i) names.push_back(fmt::format("n{}", i));
  PlacementPolicy policy{.zones = names};
  CHECK(check(policy, "/p").error().sources.at(0).pointer == "/p/zones");
  policy = {.providers = names};
  CHECK(check(policy, "/p").error().sources.at(0).pointer == "/p/providers");
  policy = {.certifications = names};
  CHECK(check(policy, "/p").error().sources.at(0).pointer == "/p/certifications");
  policy = {.anti_affinity = names};
  CHECK(check(policy, "/p").error().message == "/p/antiAffinity holds 257 entries; the limit is 32");
  for (std::size_t i = 0; i <= kMaxLatencyTargets; ++i) policy.latency.push_back({.to = names[i]});
  policy.anti_affinity.clear();
  CHECK(check(policy, "/p").error().sources.at(0).pointer == "/p/latency");
}

TEST_CASE("a workload's policy may not contradict the workload") {
  const auto fault = [](const PlacementPolicy& policy, std::int32_t replicas) {
    const Status status = check_in_workload(policy, "web", replicas, "/p");
    return status ? "" : status.error().sources.at(0).pointer;
  };
  CHECK(fault({.affinity = {"web"}}, 1) == "/p/affinity");
  CHECK(fault({.anti_affinity = {"web"}}, 1) == "/p/antiAffinity");
  CHECK(fault({.spread = Spread::zone, .per_zone = true}, 1) == "");
  CHECK(fault({.spread = Spread::zone, .per_zone = true}, 2) == "/p/perZone");
  CHECK(fault({.spread = Spread::host, .per_zone = true}, 2) == "");
  CHECK(fault({.spread = Spread::provider, .per_zone = true}, 1) == "/p/perZone");
}

TEST_CASE("coordinates are two numbers of degrees within the globe") {
  CHECK(parse_coordinates("52.52,13.40") == Coordinates{52.52, 13.4});
  CHECK(parse_coordinates("-33.9, -18") == Coordinates{-33.9, -18});
  for (const char* bad :
       {"", ",", "1", "1,", "a,b", "90.1,0", "0,-180.5", "nan,0", "0,inf", "1,2,3", "1 2,3"}) {
    CHECK_MESSAGE(!parse_coordinates(bad), bad);
  }
}

TEST_CASE("an explanation survives a round trip through JSON") {
  const PlacementExplanation explanation{
      .chosen = "helsinki",
      .why = "helsinki has the highest total",
      .candidates = {{.name = "helsinki", .scores = {{"carbon", 1000, 50, "57 g/kWh"}}, .total = 50'000},
                     {.name = "warsaw", .rejections = {{"carbon", "650 g/kWh"}}}},
      .relaxations = {{"carbon", "carbon is 650", 1, {"warsaw"}, "1 zone qualifies if carbon is 650"}}};
  CHECK(json::from_json<PlacementExplanation>(to_json(explanation)).value() == explanation);
}

}  // namespace
}  // namespace hanse::model
