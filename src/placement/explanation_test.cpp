#include "placement/explanation.h"

#include <doctest/doctest.h>

#include "placement/planner.h"

namespace hanse::placement {
namespace {

ZoneCandidate zone(std::string name, std::string state, model::Coordinates at, std::int64_t micro_euro,
                   std::int64_t grams) {
  return {.name = std::move(name),
          .provider = "p-" + state,
          .member_state = state,
          .coordinates = at,
          .price = MicroEuroPerHour{micro_euro},
          .carbon = GramsPerKwh{grams},
          .carbon_source = "test table",
          .fits = 4};
}

std::vector<ZoneCandidate> four_zones() {
  return {zone("helsinki", "FI", {60.17, 24.97}, 50'000, 80),
          zone("lisbon", "PT", {38.72, -9.13}, 40'000, 100), zone("oslo", "NO", {59.92, 10.75}, 60'000, 30),
          zone("warsaw", "PL", {52.25, 21.0}, 30'000, 581)};
}

const model::ExplainedCandidate& find(const model::PlacementExplanation& explanation,
                                      const std::string& name) {
  for (const model::ExplainedCandidate& candidate : explanation.candidates) {
    if (candidate.name == name) return candidate;
  }
  FAIL("no candidate ", name);
  return explanation.candidates.front();
}

std::vector<std::string> texts_of(const model::PlacementExplanation& explanation) {
  std::vector<std::string> texts;
  for (const model::Relaxation& relaxation : explanation.relaxations) texts.push_back(relaxation.text);
  return texts;
}

TEST_CASE("the winner is explained by its scores, and the rest by what is against them") {
  const ZoneRequest request{{.member_states = {"EU"}, .weights = {.price = 20, .carbon = 80}}};
  const model::PlacementExplanation explanation = explain(request, four_zones());
  // Of the three in the Union: prices 50, 40 and 30 thousandths, carbon 80, 100 and 581 grams.
  CHECK(explanation.chosen == "lisbon");
  CHECK(explanation.why == "'lisbon' has the highest total, 86800; next is 'helsinki' with 80000");
  CHECK(explanation.candidates.size() == 4);
  CHECK(find(explanation, "lisbon").scores ==
        std::vector<model::ExplainedScore>{{"price", 500, 20, "0.04 EUR/h (stated)"},
                                           {"carbon", 960, 80, "100 g/kWh (test table)"}});
  CHECK(find(explanation, "helsinki").total == 80'000);
  CHECK(find(explanation, "warsaw").total == 20'000);
  CHECK(find(explanation, "oslo").rejections ==
        std::vector<model::ExplainedRejection>{{"memberStates", "it is in NO and the policy allows EU"}});
}

TEST_CASE("without weights the tie-break is what explains") {
  auto zones = four_zones();
  CHECK(explain(ZoneRequest(), zones).why ==
        "'helsinki', of 4 zones that qualify, is the first by name; 'lisbon' is equal in all else");
  zones[3].fits = 9;
  CHECK(explain(ZoneRequest(), zones).why ==
        "'warsaw', of 4 zones that qualify, has the most room, for 9; next is 'helsinki' with room for 4");
  for (std::size_t i = 1; i < zones.size(); ++i) zones[i].replicas = 2;
  CHECK(explain(ZoneRequest(), zones).why ==
        "'helsinki', of 4 zones that qualify, has the fewest replicas, 0; next is 'warsaw' with 2");
  CHECK(explain({{.zones = {"oslo"}}}, zones).why == "'oslo' is the only zone that qualifies");
}

TEST_CASE("every constraint that is against a zone is listed") {
  auto zones = four_zones();
  zones[3].reachable = false;
  const ZoneRequest request{{.member_states = {"NO"}, .max_grams_co2_per_kwh = GramsPerKwh{90}}};
  const model::PlacementExplanation explanation = explain(request, zones);
  CHECK(explanation.chosen == "oslo");
  CHECK(find(explanation, "warsaw").rejections ==
        std::vector<model::ExplainedRejection>{
            {"memberStates", "it is in PL and the policy allows NO"},
            {"carbon", "its electricity has 581 g/kWh (test table) and the ceiling is 90 g/kWh"},
            {"reachable", "the zone does not answer"}});
  CHECK(find(explanation, "helsinki").rejections.size() == 1);
  CHECK(explanation.relaxations.empty());
}

TEST_CASE("a bound on latency that is too tight: the next that would do") {
  const ZoneRequest request{{.latency = {{"Berlin", 5}}}};
  const model::PlacementExplanation explanation = explain(request, four_zones());
  CHECK(explanation.chosen == "");
  CHECK(texts_of(explanation) ==
        std::vector<std::string>{"1 zone qualifies if latency to Berlin is 12 ms instead of 5 ms"});
  CHECK(explanation.relaxations[0].candidates == std::vector<std::string>{"warsaw"});
  CHECK(explanation.why ==
        "none of 4 zones qualifies; 1 zone qualifies if latency to Berlin is 12 ms instead of 5 ms");
}

TEST_CASE("several bounds on latency are raised together") {
  const ZoneRequest request{{.zones = {"warsaw"}, .latency = {{"Berlin", 10}, {"Paris", 20}, {"Warsaw", 5}}}};
  CHECK(texts_of(explain(request, four_zones())) ==
        std::vector<std::string>{
            "1 zone qualifies if latency to Berlin is 12 ms instead of 10 ms and latency to Paris is 26 ms "
            "instead of 20 ms"});
}

TEST_CASE("numbers go before lists, and lists before what no policy changes; the nearest number first") {
  auto zones = four_zones();
  zones[0].member_state = "XX";  // against it: memberStates
  zones[1].fits = 0;             // capacity
  ZoneRequest request{{.member_states = {"PT", "NO", "PL"},
                       .max_euro_per_hour = 0.05,
                       .max_grams_co2_per_kwh = GramsPerKwh{100}}};
  CHECK(texts_of(explain(request, zones)) ==
        std::vector<std::string>{"1 zone qualifies if the price ceiling is 0.06 EUR/h instead of 0.05 EUR/h",
                                 "1 zone qualifies if the carbon ceiling is 581 g/kWh instead of 100 g/kWh",
                                 "1 zone qualifies if memberStates also has XX",
                                 "1 zone qualifies if room for the flavour becomes free"});
}

TEST_CASE("a relaxation counts all that it lets in, and names the first") {
  std::vector<ZoneCandidate> zones;
  for (int i = 0; i < 12; ++i) zones.push_back(zone(fmt::format("z{:02}", i), "NO", {60, 10}, 50'000, 30));
  zones.push_back(zone("a", "SE", {60, 18}, 50'000, 30));
  const model::PlacementExplanation explanation = explain({{.member_states = {"FI"}}}, zones);
  CHECK(texts_of(explanation) == std::vector<std::string>{"12 zones qualify if memberStates also has NO",
                                                          "1 zone qualifies if memberStates also has SE"});
  CHECK(explanation.relaxations[0].candidates.size() == model::kMaxRelaxationCandidates);
  CHECK(explanation.relaxations[0].candidates.front() == "z00");
}

TEST_CASE("each other constraint has its relaxation") {
  auto zones = four_zones();
  zones.resize(1);
  zones[0].replicas = 1;
  zones[0].workloads = {"db"};
  const auto only = [&](const model::PlacementPolicy& policy) {
    return explain({policy}, zones).relaxations.at(0);
  };
  CHECK(only({.spread = model::Spread::provider}).change == "replicas need not spread by provider");
  CHECK(only({.zones = {"riga"}}).change == "zones also has helsinki");
  CHECK(only({.providers = {"q"}}).change == "providers also has p-FI");
  CHECK(only({.architecture = "aarch64"}).change == "architecture is left out");
  CHECK(only({.certifications = {"c5"}}).change == "certifications is without c5");
  CHECK(only({.affinity = {"web", "db"}}).change == "affinity is without web");
  CHECK(only({.anti_affinity = {"web", "db"}}).change == "antiAffinity is without db");
  zones[0].refusal = "not from us";
  CHECK(only({}).text == "1 zone qualifies if the policy between the zones allows it");
  zones[0].refusal_passes = true;
  CHECK(only({}).text == "1 zone qualifies if its refusal of a moment ago is over");
  zones[0].refusal.clear();
  zones[0].reachable = false;
  CHECK(only({}).constraint == "reachable");
}

TEST_CASE("when no single change is enough, the nearest zone is named") {
  const ZoneRequest request{{.member_states = {"FI"}, .max_grams_co2_per_kwh = GramsPerKwh{10}}};
  auto zones = four_zones();
  zones[0].fits = 0;
  const model::PlacementExplanation explanation = explain(request, zones);
  CHECK(explanation.relaxations.empty());
  CHECK(explanation.why ==
        "none of 4 zones qualifies; nearest is 'helsinki', with carbon, capacity against it");
  CHECK(explain(ZoneRequest(), {}).why == "there is no zone to choose from");
}

TEST_CASE("an explanation of many candidates is bounded") {
  std::vector<ZoneCandidate> zones;
  for (int i = 0; i < 500; ++i) zones.push_back(zone(fmt::format("z{:03}", i), "NO", {60, 10}, 50'000, i));
  const model::PlacementExplanation explanation = explain({{.weights = {.carbon = 1}}}, zones);
  CHECK(explanation.candidates.size() == model::kMaxExplainedCandidates);
  CHECK(explanation.omitted == 300);
  CHECK(explanation.candidates.front().name == "z000");
  // Without a change of the policy, each names its own zone: 500 options, of which the first few are shown.
  CHECK(explain({{.zones = {"riga"}}}, zones).relaxations.size() == model::kMaxRelaxations);
}

TEST_CASE("a choice of host is explained too") {
  const std::vector<HostCandidate> hosts = {
      {.name = "a", .free_vcpu = {8}, .free_memory = {4096}},
      {.name = "b", .free_vcpu = {2}, .free_memory = {1024}},
      {.name = "c", .ready = false, .free_vcpu = {2}, .free_memory = {64}, .replicas = 1}};
  const HostRequest request{.vcpu = {1}, .memory = {512}, .spread_by_host = true};
  const model::PlacementExplanation explanation = explain(request, hosts);
  CHECK(explanation.chosen == "b");
  CHECK(explanation.why ==
        "'b' fits best: of 2 hosts that could take it, it has the least free, 1024 MiB and 2 vCPU");
  CHECK(find(explanation, "c").rejections.size() == 3);
  CHECK(explain({.vcpu = {1}, .memory = {8192}}, {hosts[0]}).why ==
        "none of 1 host qualifies; nearest is 'a', with capacity against it");
}

TEST_CASE("hosts that are not shown are counted, with those that could take it") {
  const std::vector<HostCandidate> hosts = {{.name = "a", .free_vcpu = {8}, .free_memory = {4096}}};
  const model::PlacementExplanation fits = explain({.vcpu = {1}, .memory = {512}}, hosts, {300, 7});
  CHECK(fits.omitted == 300);
  CHECK(fits.why ==
        "'a' fits best: of 8 hosts that could take it, it has the least free, 4096 MiB and 8 vCPU");
  CHECK(explain({.vcpu = {9}, .memory = {512}}, hosts, {300, 0}).why ==
        "none of 301 hosts qualifies; nearest is 'a', with capacity against it");
}

TEST_CASE("a replica that runs is judged by the policy only, and is not in its own way") {
  auto zones = four_zones();
  zones[0].replicas = 1;
  zones[0].fits = 0;
  zones[0].reachable = false;
  ZoneRequest request{{.spread = model::Spread::zone, .member_states = {"EU"}}};
  CHECK(violations(request, "helsinki", zones).empty());
  zones[0].replicas = 2;
  CHECK(violations(request, "helsinki", zones).size() == 1);
  request.policy = {.member_states = {"PT"}, .max_grams_co2_per_kwh = GramsPerKwh{50}};
  const std::vector<Filtered> found = violations(request, "helsinki", zones);
  REQUIRE(found.size() == 2);
  CHECK(found[0].constraint == "memberStates");
  CHECK(found[1].constraint == "carbon");
  CHECK(violations(request, "elsewhere", zones).empty());
}

}  // namespace
}  // namespace hanse::placement
