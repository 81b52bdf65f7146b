// The index against choose_zone, which tests each zone: after any history both choose the same, whatever the
// policy.
#include "placement/zone_index.h"

#include <doctest/doctest.h>
#include <random>
#include <rapidcheck.h>

#include "placement/listed.h"
#include "placement/planner.h"

namespace hanse::placement {
namespace {

constexpr int kZones = 24;

// All that is random in one step comes from its seed, so that a failure shrinks to few steps.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  int below(int bound) { return static_cast<int>(engine_() % static_cast<unsigned>(bound)); }
  bool one_in(int count) { return below(count) == 0; }
  std::string any_of(std::span<const char* const> names) {
    return names[static_cast<std::size_t>(below(static_cast<int>(names.size())))];
  }
  std::vector<std::string> some_of(std::span<const char* const> names, int one_in_count) {
    std::vector<std::string> some;
    for (const char* name : names) {
      if (one_in(one_in_count)) some.emplace_back(name);
    }
    return some;
  }

 private:
  std::mt19937 engine_;
};

constexpr std::array kIndexStates = {"FI", "DE", "FR", "CH", "US", "EU", ""};
constexpr std::array kIndexProviders = {"aurora", "borealis", "corona", ""};
constexpr std::array kArchitectures = {"x86_64", "arm64"};
constexpr std::array kCertifications = {"iso-27001", "secnumcloud", "c5"};
constexpr std::array kIndexWorkloads = {"database", "cache", "queue"};
constexpr std::array kFlavours = {"small", "large"};

std::string zone_name(int number) {
  return number == 7 ? "Berlin" : fmt::format("zone-{:02}", number);
}

ZoneCandidate any_zone(int number, Dice& dice) {
  ZoneCandidate zone{.name = zone_name(number),
                     .provider = dice.any_of(kIndexProviders),
                     .member_state = dice.any_of(kIndexStates),
                     .certifications = dice.some_of(kCertifications, 2),
                     .architectures = dice.some_of(kArchitectures, 2),
                     .reachable = !dice.one_in(8),
                     .refusal = dice.one_in(8) ? "the zones have no agreement" : ""};
  if (!dice.one_in(6))
    zone.coordinates = {{dice.below(60) - 20.0, dice.below(50) - 10.0 + dice.below(7) / 7.0}};
  if (!dice.one_in(5)) zone.carbon = GramsPerKwh{50 * dice.below(9)};
  for (int other = 0; other < 3; ++other)
    zone.round_trips[zone_name(dice.below(kZones))] = Micros{1000 * dice.below(60)};
  return zone;
}

ZoneOffer any_offer(Dice& dice) {
  ZoneOffer offer{.fits = dice.below(6)};
  if (dice.one_in(12)) offer.fits = 1'000'000'000'000 + 7LL * dice.below(1'000'000);
  if (!dice.one_in(5)) offer.price = MicroEuroPerHour{7'000 * dice.below(9)};
  return offer;
}

std::string any_place(Dice& dice) {
  constexpr std::array kPlaces = {"Helsinki", "berlin", "Paris", "60.17,24.94", "-10,3.5", "Nowhere"};
  return dice.one_in(2) ? zone_name(dice.below(kZones)) : dice.any_of(kPlaces);
}

// Each constraint is rare, so that something is left for several together.
ZoneRequest any_request(Dice& dice) {
  ZoneRequest request{.replicas = dice.below(4)};
  model::PlacementPolicy& policy = request.policy;
  if (dice.one_in(3)) policy.spread = static_cast<model::Spread>(dice.below(5));
  policy.per_zone = dice.one_in(6);
  for (int i = dice.one_in(5) ? 12 : 0; i > 0; --i) policy.zones.push_back(zone_name(dice.below(kZones + 2)));
  if (dice.one_in(4)) policy.member_states = dice.some_of(kIndexStates, 2);
  if (dice.one_in(4)) policy.providers = dice.some_of(kIndexProviders, 2);
  if (dice.one_in(4)) policy.architecture = dice.any_of(kArchitectures);
  if (dice.one_in(4)) policy.certifications = dice.some_of(kCertifications, 2);
  for (int i = dice.one_in(2) ? dice.below(3) : 0; i > 0; --i) {
    policy.latency.push_back({.to = any_place(dice)});
    if (dice.one_in(2)) policy.latency.back().below_ms = 1 + dice.below(100);
  }
  if (dice.one_in(5)) policy.max_euro_per_hour = 0.007 * dice.below(9);
  if (dice.one_in(5)) policy.max_grams_co2_per_kwh = GramsPerKwh{50 * dice.below(9)};
  if (dice.one_in(6)) policy.affinity = dice.some_of(kIndexWorkloads, 3);
  if (dice.one_in(6)) policy.anti_affinity = dice.some_of(kIndexWorkloads, 3);
  for (std::int32_t* weight : {&policy.weights.latency, &policy.weights.price, &policy.weights.carbon,
                               &policy.weights.packing, &policy.weights.spread})
    *weight = dice.one_in(3) ? dice.below(101) : 0;
  return request;
}

// The same federation twice.
struct ZoneTwins {
  ZoneIndex index;
  std::map<std::string, ZoneCandidate> zones;
  std::map<std::pair<std::string, std::string>, ZoneOffer> offers;  // by zone and flavour

  std::vector<ZoneCandidate> all(const std::string& flavour, const std::vector<ZoneReplicas>& replicas,
                                 const std::vector<std::string>& passed_over) {
    std::vector<ZoneCandidate> list;
    for (auto [name, zone] : zones) {
      zone.price = offers[{name, flavour}].price;
      zone.fits = offers[{name, flavour}].fits;
      for (const ZoneReplicas& there : replicas) {
        if (there.zone != name) continue;
        zone.replicas = there.replicas;
        zone.fits -= there.promised;
      }
      if (contains(passed_over, name)) zone.refusal = "it has just refused";
      list.push_back(std::move(zone));
    }
    return list;
  }
};

enum class ZoneAct { put, remove, offer, run, choose };

struct ZoneStep {
  ZoneAct act;
  int zone;
  std::uint32_t seed;
};

std::ostream& operator<<(std::ostream& out, const ZoneStep& step) {
  return out << fmt::format("{{act {}, zone {}, seed {}}}", static_cast<int>(step.act), step.zone, step.seed);
}

rc::Gen<ZoneStep> any_zone_step() {
  return rc::gen::build<ZoneStep>(
      rc::gen::set(&ZoneStep::act, rc::gen::weightedElement<ZoneAct>({{6, ZoneAct::put},
                                                                      {1, ZoneAct::remove},
                                                                      {6, ZoneAct::offer},
                                                                      {3, ZoneAct::run},
                                                                      {12, ZoneAct::choose}})),
      rc::gen::set(&ZoneStep::zone, rc::gen::inRange(0, kZones)), rc::gen::set(&ZoneStep::seed));
}

void compare_zone_choice(ZoneTwins& twins, Dice& dice, int& chosen) {
  std::vector<ZoneReplicas> replicas;
  std::vector<std::string> passed_over;
  for (int zone = 0; zone < kZones; ++zone) {
    if (dice.one_in(8)) replicas.push_back({zone_name(zone), dice.below(4), dice.below(3)});
    if (dice.one_in(12)) passed_over.push_back(zone_name(zone));
  }
  const std::string flavour = dice.any_of(kFlavours);
  const ZoneRequest request = any_request(dice);
  const std::string expected = choose_zone(request, twins.all(flavour, replicas, passed_over)).chosen;
  RC_ASSERT(twins.index.choose(request, flavour, replicas, passed_over).value_or("") == expected);
  if (passed_over.empty())
    RC_ASSERT(choose_zone(request, twins.index.candidates(flavour, replicas)).chosen == expected);
  chosen += expected.empty() ? 0 : 1;
}

void run(ZoneTwins& twins, const ZoneStep& step, int& chosen) {
  Dice dice(step.seed);
  const std::string name = zone_name(step.zone);
  switch (step.act) {
    case ZoneAct::put: {
      ZoneCandidate zone = any_zone(step.zone, dice);
      // Most changes leave a zone where it is.
      const auto known = twins.zones.find(name);
      if (known != twins.zones.end() && !dice.one_in(4)) zone.coordinates = known->second.coordinates;
      if (known != twins.zones.end()) zone.workloads = known->second.workloads;
      twins.zones.insert_or_assign(name, zone);
      return twins.index.put(std::move(zone));
    }
    case ZoneAct::remove:
      twins.zones.erase(name);
      std::erase_if(twins.offers, [&](const auto& offer) { return offer.first.first == name; });
      return twins.index.remove(name);
    case ZoneAct::offer: {
      const std::string flavour = dice.any_of(kFlavours);
      const ZoneOffer offer = any_offer(dice);
      const bool known = twins.zones.contains(name);
      RC_ASSERT(twins.index.offer(name, flavour, offer).has_value() == known);
      if (known) twins.offers[{name, flavour}] = offer;
      return;
    }
    case ZoneAct::run: {
      const std::string workload = dice.any_of(kIndexWorkloads);
      std::vector<std::string> there;
      for (auto& [known, zone] : twins.zones) {
        std::erase(zone.workloads, workload);
        if (!dice.one_in(3)) continue;
        zone.workloads.push_back(workload);
        there.push_back(known);
      }
      return twins.index.set_workload(workload, there);
    }
    case ZoneAct::choose:
      return compare_zone_choice(twins, dice, chosen);
  }
}

// Zones that all have something to offer, so that choices have much to choose from.
void settle_in(ZoneTwins& twins) {
  for (int zone = 0; zone < kZones; ++zone) {
    int ignored = 0;
    run(twins, {ZoneAct::put, zone, static_cast<std::uint32_t>(zone)}, ignored);
    if (zone % 8 == 7) run(twins, {ZoneAct::run, zone, static_cast<std::uint32_t>(zone)}, ignored);
    for (const char* flavour : kFlavours) {
      Dice dice(static_cast<std::uint32_t>(100 + zone));
      const ZoneOffer offer = any_offer(dice);
      RC_ASSERT(twins.index.offer(zone_name(zone), flavour, offer).has_value());
      twins.offers[{zone_name(zone), flavour}] = offer;
    }
  }
}

TEST_CASE("after any history the index chooses the zone that the planner chooses") {
  int chosen = 0;
  CHECK(rc::check("ZoneIndex equals choose_zone", [&chosen](bool settled) {
    ZoneTwins twins;
    if (settled) settle_in(twins);
    for (const ZoneStep& step :
         *rc::gen::scale(2.0, rc::gen::container<std::vector<ZoneStep>>(any_zone_step())))
      run(twins, step, chosen);
  }));
  CHECK(chosen > 100);  // or nothing was compared
}

TEST_CASE("totals are exact where a reciprocal is not, and where a range is too wide for the fast lanes") {
  ZoneTotals totals;
  totals.begin(3);
  totals.add({0, 3'000'000'000'000, 1'000'000'000'001}, 100);
  CHECK(totals.total(0) == 100'000);
  CHECK(totals.total(1) == 0);
  CHECK(totals.total(2) == 66'600);
  // 49 times the nearest number to 1/49 is less than 1.
  totals.begin(2);
  totals.add({0, 49}, 1);
  CHECK(totals.total(0) == 1000);
  totals.begin(2);
  totals.add({kUnknown, 5}, 2);
  CHECK(totals.total(0) == 0);
  CHECK(totals.total(1) == 2000);
}

TEST_CASE("the totals of the fast lanes are those of whole division") {
  CHECK(rc::check("ZoneTotals equals integer division", [] {
    const auto quantities = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::uint32_t>>(rc::gen::oneOf(
        rc::gen::inRange<std::uint32_t>(0, 50), rc::gen::inRange<std::uint32_t>(0, 2'000'000'000))));
    const auto [best, worst] = std::minmax_element(quantities.begin(), quantities.end());
    ZoneTotals totals;
    totals.begin(quantities.size());
    totals.add(std::vector<double>(quantities.begin(), quantities.end()), 7);
    for (std::size_t i = 0; i < quantities.size(); ++i) {
      const std::int64_t value =
          *best == *worst ? 1000 : std::int64_t{1000} * (*worst - quantities[i]) / (*worst - *best);
      RC_ASSERT(totals.total(i) == static_cast<double>(7 * value));
    }
  }));
}

TEST_CASE("near places have near Morton codes, and the codes of quadrants do not mix") {
  const std::uint64_t helsinki = morton_code({60.17, 24.94});
  const std::uint64_t tallinn = morton_code({59.44, 24.75});
  const std::uint64_t sydney = morton_code({-33.87, 151.21});
  CHECK((helsinki ^ tallinn) < (helsinki ^ sydney));
  CHECK(morton_code({-90, -180}) == 0);
  CHECK(morton_code({90, 180}) == UINT64_MAX);
}

TEST_CASE("a new measurement between zones counts at the next choice, from either end") {
  ZoneIndex index;
  for (const char* name : {"far", "near", "users"}) {
    index.put({.name = name});
    REQUIRE(index.offer(name, "small", {.fits = 1}));
  }
  const ZoneRequest request{
      .policy = {.zones = {"far", "near"}, .latency = {{.to = "users", .below_ms = 20}}}};
  CHECK(index.choose(request, "small") == std::nullopt);
  index.put({.name = "far", .round_trips = {{"users", Millis{19}}}});
  CHECK(index.choose(request, "small") == "far");
  index.put({.name = "far", .round_trips = {{"users", Millis{20}}}});
  index.put({.name = "users", .round_trips = {{"near", Millis{2}}, {"far", Millis{2}}}});
  CHECK(index.choose(request, "small") == "near");
}

TEST_CASE("only so many flavours are considered, and the next is refused") {
  ZoneIndex index;
  index.put({.name = "helsinki"});
  for (std::size_t i = 0; i < ZoneIndex::kMaxFlavours; ++i)
    REQUIRE(index.offer("helsinki", fmt::format("flavour-{}", i), {.fits = 1}));
  CHECK(index.offer("helsinki", "one-more", {.fits = 1}).error().code == Code::resource_exhausted);
  CHECK(index.offer("helsinki", "flavour-0", {.fits = 2}));
  CHECK(index.choose({}, "one-more") == std::nullopt);
  CHECK(index.choose({}, "flavour-7") == "helsinki");
}

}  // namespace
}  // namespace hanse::placement
