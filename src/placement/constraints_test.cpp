#include <doctest/doctest.h>

#include "placement/constraint.h"

namespace hanse::placement {
namespace {

const ZoneCandidate kHelsinki = {.name = "helsinki",
                                 .provider = "Aurora",
                                 .member_state = "FI",
                                 .certifications = {"c5", "iso27001"},
                                 .architectures = {"x86_64"},
                                 .coordinates = model::Coordinates{60.17, 24.97},
                                 .price = MicroEuroPerHour{48'000},
                                 .carbon = GramsPerKwh{80},
                                 .carbon_source = "test table",
                                 .round_trips = {{"tallinn", Micros{3'210}}},
                                 .fits = 4,
                                 .workloads = {"db"}};
const ZoneCandidate kBlank = {.name = "blank"};

std::string reason(const ZoneConstraint& constraint, const ZoneCandidate& zone) {
  return constraint.check(zone).value_or("");
}

// What would let the zone in, and that it does when the policy is changed so.
std::string remedy(const ZoneConstraint& constraint, const ZoneCandidate& zone,
                   model::PlacementPolicy& policy) {
  REQUIRE(constraint.check(zone));
  const std::optional<Change> change = constraint.change(zone);
  if (!change) return "";
  if (change->apply) change->apply(policy);
  return change->text;
}

TEST_CASE("zones: only those that the policy names") {
  CHECK(reason(zone_is_named({}), kHelsinki) == "");
  CHECK(reason(zone_is_named({"lisbon", "helsinki"}), kHelsinki) == "");
  CHECK(reason(zone_is_named({"lisbon", "riga"}), kHelsinki) == "the policy names only lisbon, riga");
  model::PlacementPolicy policy{.zones = {"lisbon"}};
  CHECK(remedy(zone_is_named(policy.zones), kHelsinki, policy) == "zones also has helsinki");
  CHECK(reason(zone_is_named(policy.zones), kHelsinki) == "");
}

TEST_CASE("memberStates: by code, and EU for the Union") {
  CHECK(reason(zone_in_member_state({"FI"}), kHelsinki) == "");
  CHECK(reason(zone_in_member_state({"EU"}), kHelsinki) == "");
  CHECK(reason(zone_in_member_state({"PT", "EU"}), {.member_state = "NO"}) ==
        "it is in NO and the policy allows PT, EU");
  CHECK(reason(zone_in_member_state({"EU"}), {.member_state = "EU"}) == "");
  CHECK(reason(zone_in_member_state({"EU"}), kBlank) ==
        "it does not state its member state and the policy allows EU");
  model::PlacementPolicy policy{.member_states = {"PT"}};
  CHECK(remedy(zone_in_member_state(policy.member_states), kHelsinki, policy) == "memberStates also has FI");
  CHECK(reason(zone_in_member_state(policy.member_states), kHelsinki) == "");
}

TEST_CASE("providers: one of the named") {
  CHECK(reason(zone_of_provider({"Aurora"}), kHelsinki) == "");
  CHECK(reason(zone_of_provider({"Boreas"}), kHelsinki) ==
        "its provider is Aurora and the policy allows Boreas");
  CHECK(reason(zone_of_provider({"Boreas"}), kBlank) ==
        "it does not state its provider and the policy allows Boreas");
  model::PlacementPolicy policy{.providers = {"Boreas"}};
  CHECK(remedy(zone_of_provider(policy.providers), kHelsinki, policy) == "providers also has Aurora");
  CHECK(reason(zone_of_provider(policy.providers), kHelsinki) == "");
}

TEST_CASE("architecture: one that the zone has") {
  CHECK(reason(zone_has_architecture(std::nullopt), kBlank) == "");
  CHECK(reason(zone_has_architecture("x86_64"), kHelsinki) == "");
  CHECK(reason(zone_has_architecture("aarch64"), kHelsinki) ==
        "it has x86_64 hosts and the policy asks for aarch64");
  CHECK(reason(zone_has_architecture("aarch64"), kBlank) == "it does not state that it has aarch64 hosts");
}

TEST_CASE("certifications: all of them") {
  CHECK(reason(zone_is_certified({"c5"}), kHelsinki) == "");
  CHECK(reason(zone_is_certified({"c5", "secnumcloud", "ens"}), kHelsinki) ==
        "it is not certified for secnumcloud, ens");
  model::PlacementPolicy policy{.certifications = {"c5", "secnumcloud"}};
  CHECK(remedy(zone_is_certified(policy.certifications), kHelsinki, policy) ==
        "certifications is without secnumcloud");
  CHECK(policy.certifications == std::vector<std::string>{"c5"});
}

TEST_CASE("latency: below the bound to each place, with the source of the figure") {
  const std::vector<ZoneCandidate> zones = {kHelsinki, {.name = "tallinn"}, kBlank};
  const auto near = [&](std::vector<model::LatencyTarget> targets) { return zone_is_near(targets, zones); };
  CHECK(reason(near({{"Tallinn", 4}, {"Stockholm"}}), kHelsinki) == "");
  CHECK(reason(near({{"Berlin", 20}}), kHelsinki) ==
        "21.5 ms to Berlin (modelled) and less than 20 ms is asked for");
  CHECK(reason(near({{"tallinn", 3}}), kHelsinki) ==
        "3.3 ms to tallinn (measured) and less than 3 ms is asked for");
  CHECK(reason(near({{"tallinn", 4}}), kHelsinki) == "");
  CHECK(reason(near({{"helsinki", 1}}), kHelsinki) == "");
  CHECK(reason(near({{"Berlin", 20}}), kBlank) ==
        "it states no coordinates and less than 20 ms is asked for");
  CHECK(reason(near({{"Atlantis", 20}}), kHelsinki) ==
        "no city and no zone is named 'Atlantis'; write coordinates like 52.52,13.40 and less than 20 ms is "
        "asked "
        "for");
  CHECK(reason(near({{"blank", 20}}), kHelsinki) ==
        "zone 'blank' states no coordinates and no round trip to it was measured and less than 20 ms is "
        "asked for");
  CHECK_FALSE(near({{"Atlantis", 20}}).change(kHelsinki));
}

TEST_CASE("latency: a bound is strict, and the remedy is the next whole millisecond") {
  const std::vector<ZoneCandidate> zones = {{.name = "a", .round_trips = {{"b", Micros{20'000}}}},
                                            {.name = "b"}};
  model::PlacementPolicy policy{.latency = {{"b", 20}}};
  CHECK(remedy(zone_is_near(policy.latency, zones), zones[0], policy) ==
        "latency to b is 21 ms instead of 20 ms");
  CHECK(policy.latency[0].below_ms == 21);
  CHECK(reason(zone_is_near(policy.latency, zones), zones[0]) == "");
}

TEST_CASE("price: at most the ceiling") {
  CHECK(reason(zone_below_price(std::nullopt), kBlank) == "");
  CHECK(reason(zone_below_price(MicroEuroPerHour{48'000}), kHelsinki) == "");
  CHECK(reason(zone_below_price(MicroEuroPerHour{47'999}), kHelsinki) ==
        "it costs 0.048 EUR/h (stated) and the ceiling is 0.047999 EUR/h");
  CHECK(reason(zone_below_price(MicroEuroPerHour{1}), kBlank) ==
        "it states no price and the ceiling is 0.000001 EUR/h");
  model::PlacementPolicy policy;
  CHECK(remedy(zone_below_price(MicroEuroPerHour{40'000}), kHelsinki, policy) ==
        "the price ceiling is 0.048 EUR/h instead of 0.04 EUR/h");
  CHECK(policy.max_euro_per_hour == 0.048);
}

TEST_CASE("carbon: at most the ceiling, with the source of the figure") {
  CHECK(reason(zone_below_carbon(GramsPerKwh{80}), kHelsinki) == "");
  CHECK(reason(zone_below_carbon(GramsPerKwh{79}), kHelsinki) ==
        "its electricity has 80 g/kWh (test table) and the ceiling is 79 g/kWh");
  CHECK(reason(zone_below_carbon(GramsPerKwh{79}), kBlank) ==
        "its carbon intensity is not known and the ceiling is 79 g/kWh");
  model::PlacementPolicy policy;
  CHECK(remedy(zone_below_carbon(GramsPerKwh{0}), kHelsinki, policy) ==
        "the carbon ceiling is 80 g/kWh instead of 0 g/kWh");
  CHECK(policy.max_grams_co2_per_kwh == GramsPerKwh{80});
}

TEST_CASE("affinity: where all the workloads run; antiAffinity: where none does") {
  CHECK(reason(zone_runs_all({"db"}), kHelsinki) == "");
  CHECK(reason(zone_runs_all({"db", "cache"}), kHelsinki) ==
        "it does not run cache, which the policy wants near");
  CHECK(reason(zone_runs_none({"cache"}), kHelsinki) == "");
  CHECK(reason(zone_runs_none({"cache", "db"}), kHelsinki) == "it runs db, which the policy wants elsewhere");
  model::PlacementPolicy policy{.affinity = {"db", "cache"}, .anti_affinity = {"db"}};
  CHECK(remedy(zone_runs_all(policy.affinity), kHelsinki, policy) == "affinity is without cache");
  CHECK(remedy(zone_runs_none(policy.anti_affinity), kHelsinki, policy) == "antiAffinity is without db");
  CHECK(policy.affinity == std::vector<std::string>{"db"});
  CHECK(policy.anti_affinity.empty());
}

TEST_CASE("spread: by zone, by provider, by member state") {
  const std::vector<ZoneCandidate> zones = {
      {.name = "a", .provider = "P", .member_state = "FI", .replicas = 1},
      {.name = "b", .provider = "P", .member_state = "SE"},
      {.name = "c", .provider = "Q", .member_state = "FI"}};
  const auto reasons = [&](model::Spread spread) {
    std::vector<std::string> all;
    for (const ZoneCandidate& zone : zones) all.push_back(reason(zone_has_no_replica(spread, zones), zone));
    return all;
  };
  const std::string by_zone = "it has 1 replica already and the policy spreads by zone";
  const std::string by_provider = "provider 'P' has 1 replica already and the policy spreads by provider";
  const std::string by_state =
      "member state 'FI' has 1 replica already and the policy spreads by member state";
  CHECK(reasons(model::Spread::none) == std::vector<std::string>{"", "", ""});
  CHECK(reasons(model::Spread::host) == std::vector<std::string>{"", "", ""});
  CHECK(reasons(model::Spread::zone) == std::vector<std::string>{by_zone, "", ""});
  CHECK(reasons(model::Spread::provider) == std::vector<std::string>{by_provider, by_provider, ""});
  CHECK(reasons(model::Spread::member_state) == std::vector<std::string>{by_state, "", by_state});
}

TEST_CASE("spread: a replica at nobody knows whose may be at anybody's") {
  const std::vector<ZoneCandidate> zones = {{.name = "a", .replicas = 1},
                                            {.name = "b", .provider = "P", .member_state = "SE"}};
  const std::string unknown =
      "a zone whose provider is not known has 1 replica already and the policy spreads by it";
  CHECK(reason(zone_has_no_replica(model::Spread::provider, zones), zones[1]) == unknown);
  CHECK(reason(zone_has_no_replica(model::Spread::zone, zones), zones[1]) == "");
}

TEST_CASE("perZone: no more than each zone gets") {
  CHECK(reason(zone_lacks_replicas(false, 1), {.replicas = 5}) == "");
  CHECK(reason(zone_lacks_replicas(true, 2), {.replicas = 1}) == "");
  CHECK(reason(zone_lacks_replicas(true, 2), {.replicas = 2}) == "it has the 2 replicas that each zone gets");
}

TEST_CASE("allowed, reachable, capacity: what no policy of the workload can change") {
  model::PlacementPolicy policy;
  CHECK(reason(zone_is_allowed(), kHelsinki) == "");
  CHECK(reason(zone_is_allowed(), {.refusal = "its policy takes nothing from us"}) ==
        "its policy takes nothing from us");
  CHECK(reason(zone_is_reachable(), kHelsinki) == "");
  CHECK(reason(zone_is_reachable(), {.reachable = false}) == "the zone does not answer");
  CHECK(reason(zone_is_reachable(), {.reachable = false, .age = Seconds{90}}) ==
        "the zone does not answer; it was last heard 90 s ago");
  CHECK(reason(zone_has_capacity(), kHelsinki) == "");
  CHECK(reason(zone_has_capacity(), kBlank) == "it has no room for this flavour");
  CHECK(remedy(zone_has_capacity(), kBlank, policy) == "room for the flavour becomes free");
  CHECK(policy == model::PlacementPolicy());
}

TEST_CASE("a host that has a replica is left out when the policy spreads by host") {
  CHECK(!host_has_no_replica(true).check({.replicas = 0}));
  CHECK(!host_has_no_replica(false).check({.replicas = 3}));
  CHECK(host_has_no_replica(true).check({.replicas = 3}).value_or("") ==
        "it has 3 replicas already and the policy spreads by host");
}

}  // namespace
}  // namespace hanse::placement
