// ZoneChooser in a whole zone: after any history of peers, digests, silence, policies, prices, neighbours and
// its own hosts it chooses what the planner chooses of the candidates as they are then.
#include "zone/workloads/zone_chooser.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <random>
#include <rapidcheck.h>

#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

constexpr int kChooserPeers = 10;
constexpr std::array kStates = {"FI", "DE", "FR", "CH", "US"};
constexpr std::array kProviders = {"aurora", "borealis", "corona"};
constexpr std::array kLabels = {"c5", "hds", "iso27001"};
constexpr std::array kTenants = {"default", "acme"};
constexpr std::array kNeighbours = {"cache", "database", "web"};
constexpr std::array kShapes = {256, 512, 900};  // MiB

// All that is random in one step comes from its seed, so that a failure shrinks to few steps.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  int below(int bound) { return static_cast<int>(engine_() % static_cast<unsigned>(bound)); }
  bool one_in(int count) { return below(count) == 0; }
  template <class T, std::size_t kSize>
  T any_of(const std::array<T, kSize>& values) {
    return values.at(static_cast<std::size_t>(below(kSize)));
  }
  template <std::size_t kSize>
  std::vector<std::string> some_of(const std::array<const char*, kSize>& names, int one_in_count) {
    std::vector<std::string> some;
    for (const char* name : names) {
      if (one_in(one_in_count)) some.emplace_back(name);
    }
    return some;
  }

 private:
  std::mt19937 engine_;
};

std::string chooser_peer_name(int number) {
  return fmt::format("zone-{}", number);
}

// This zone now and then.
std::string zone_name(Dice& dice) {
  return dice.one_in(kChooserPeers) ? "helsinki" : chooser_peer_name(dice.below(kChooserPeers));
}

model::InstanceSku any_sku(Dice& dice) {
  model::InstanceSku sku;
  sku.metadata = {.name = "some", .tenant = "default"};
  sku.spec = {.vcpu = {1 + dice.below(2)}, .memory_mib = {dice.any_of(kShapes)}};
  return sku;
}

federation::ZoneDigest any_digest(const std::string& zone, Dice& dice) {
  federation::ZoneDigest digest{.zone = zone,
                                .provider = dice.any_of(kProviders),
                                .member_state = dice.any_of(kStates),
                                .latitude = dice.below(60) - 20.0,
                                .longitude = dice.below(40) - 10.0,
                                .labels = dice.some_of(kLabels, 2)};
  for (const int memory : kShapes) {
    if (dice.one_in(3)) continue;
    federation::FlavourOffer offer{.name = fmt::format("of-{}", memory),
                                   .vcpu = {1 + dice.below(2)},
                                   .memory_mib = {memory},
                                   .architecture = dice.one_in(5) ? "aarch64" : "x86_64",
                                   .fits = dice.below(5)};
    if (!dice.one_in(4)) offer.price = MicroEuroPerHour{7'000 * dice.below(9)};
    digest.flavours.push_back(offer);
  }
  if (!dice.one_in(4)) digest.carbon = federation::CarbonFigure{{50 * dice.below(9)}, "a test"};
  for (int other = dice.below(3); other > 0; --other)
    digest.round_trips.push_back({zone_name(dice), 1000 * dice.below(60)});
  return digest;
}

std::string any_policy(Dice& dice) {
  std::string text;
  for (const std::string& peer : {std::string("*"), chooser_peer_name(dice.below(kChooserPeers))}) {
    text += fmt::format("[[peers]]\nname = \"{}\"\n[peers.gives]\ntenants = [\"{}\"]\n", peer,
                        dice.one_in(2) ? "*" : dice.any_of(kTenants));
    if (dice.one_in(3)) text += fmt::format("needs_labels = [\"{}\"]\n", dice.any_of(kLabels));
  }
  return text;
}

// Each constraint is rare, so that something is left for several together.
model::Workload any_workload(Dice& dice) {
  model::Workload workload;
  workload.metadata = {
      .name = dice.any_of(kNeighbours), .tenant = dice.any_of(kTenants), .workspace = "default"};
  workload.spec.replicas = dice.below(4);
  model::PlacementPolicy& policy = workload.spec.placement;
  if (dice.one_in(3)) policy.spread = static_cast<model::Spread>(dice.below(5));
  policy.per_zone = dice.one_in(6);
  if (dice.one_in(6)) policy.member_states = {"EU", "CH"};
  if (dice.one_in(6)) policy.providers = dice.some_of(kProviders, 2);
  if (dice.one_in(6)) policy.certifications = dice.some_of(kLabels, 2);
  for (int i = dice.one_in(2) ? dice.below(3) : 0; i > 0; --i) {
    policy.latency.push_back({.to = dice.one_in(2) ? zone_name(dice) : "Berlin"});
    if (dice.one_in(2)) policy.latency.back().below_ms = 1 + dice.below(100);
  }
  if (dice.one_in(6)) policy.max_euro_per_hour = 0.007 * dice.below(9);
  if (dice.one_in(6)) policy.max_grams_co2_per_kwh = GramsPerKwh{50 * dice.below(9)};
  if (dice.one_in(5)) policy.affinity = dice.some_of(kNeighbours, 3);
  if (dice.one_in(5)) policy.anti_affinity = dice.some_of(kNeighbours, 3);
  for (std::int32_t* weight : {&policy.weights.latency, &policy.weights.price, &policy.weights.carbon,
                               &policy.weights.packing, &policy.weights.spread})
    *weight = dice.one_in(3) ? dice.below(101) : 0;
  return workload;
}

Replicas any_replicas(Dice& dice) {
  Replicas replicas;
  for (std::int32_t index = dice.below(4); index > 0; --index)
    replicas.push_back({.index = index, .zone = zone_name(dice), .deleting = dice.one_in(5)});
  return replicas;
}

struct ZoneChooserFixture : test::ZoneFixture {
  std::map<std::string, SigningKey> keys;
  std::unique_ptr<test::ScriptedHost> host;
  std::int64_t version = 0;
  int chosen = 0;

  ZoneChooserFixture() {
    add_host_record("h1");
    reconnect();
    version = std::chrono::duration_cast<Millis>(since_epoch(world.loop.wall_now())).count();
  }
  ~ZoneChooserFixture() { host.reset(); }

  // A session ends without the pings that this host does not send.
  void reconnect() {
    host = std::make_unique<test::ScriptedHost>(world.runtime, zone->hosts(), "h1");
    pass(Millis{10});
  }
  void add_peer(const std::string& name) {
    if (keys.contains(name)) return;
    keys[name] = signatures.make_key().value();
    REQUIRE(wait(zone->membership().adopt(
        {.name = name, .endpoint = "10.0.0.2:8443", .identity_key = keys[name].public_key})));
  }
  void hear(const std::string& name, std::vector<federation::SignedRecord> records = {}) {
    if (keys.contains(name)) REQUIRE(zone->records().answer(name, {.records = std::move(records)}));
  }
  void publish(const std::string& name, Dice& dice) {
    if (!keys.contains(name)) return;
    const federation::SignedRecord record{.owner = name,
                                          .kind = federation::RecordKind::digest,
                                          .version = ++version,
                                          .body = json::dump(to_json(any_digest(name, dice)))};
    hear(name, {federation::sign(signatures, keys[name].key_pem, record).value()});
  }
  // The neighbour runs somewhere else than before, or nowhere.
  void run_neighbour(Dice& dice) {
    model::Workload neighbour;
    neighbour.metadata = {.name = dice.any_of(kNeighbours),
                          .tenant = dice.any_of(kTenants),
                          .workspace = "default",
                          .uid = "uid"};
    neighbour.status.replicas = any_replicas(dice);
    store::Write write = zone->tables().workloads.write_of(neighbour);
    if (dice.one_in(4)) write.value.reset();
    REQUIRE(wait(store->transact({.writes = {std::move(write)}})));
  }
  // What a replica takes here until it is let go again.
  void hold_room(Dice& dice) {
    model::Instance placed = instance("placed");
    placed.metadata.uid = fmt::format("uid-{}", dice.below(3));
    if (dice.one_in(2)) return zone->capacity().release(placed.metadata.uid);
    placed.status.workload = "helsinki/default/default/web#1";
    (void)zone->capacity().reserve(placed, {.vcpu = {1}, .memory = {256}});
  }

  void compare(Dice& dice) {
    const model::Workload workload = any_workload(dice);
    const model::InstanceSku sku = any_sku(dice);
    const Replicas replicas = any_replicas(dice);
    ZoneChooser::Question question{
        .workload = workload, .sku = sku, .replicas = replicas, .index = dice.below(4)};
    for (int count = dice.below(3); count > 0; --count) {
      question.passed_over.emplace(zone_name(dice), "it refused");
      question.promised.emplace(zone_name(dice), dice.below(3));
    }
    const auto expected = zone->zone_chooser().decide_with_reasons(question);
    const auto found = zone->zone_chooser().choose(question);
    RC_ASSERT(expected.has_value());
    RC_ASSERT(found.has_value());
    RC_ASSERT(*found == expected->chosen);
    chosen += found->empty() ? 0 : 1;
  }
};

enum class ChooserAct { join, publish, hear, pass, policy, price, neighbour, room, leave, compare };

struct ChooserStep {
  ChooserAct act;
  std::uint32_t seed;
};

std::ostream& operator<<(std::ostream& out, const ChooserStep& step) {
  return out << fmt::format("{{act {}, seed {}}}", static_cast<int>(step.act), step.seed);
}

rc::Gen<ChooserStep> any_chooser_step() {
  return rc::gen::build<ChooserStep>(
      rc::gen::set(&ChooserStep::act, rc::gen::weightedElement<ChooserAct>({{2, ChooserAct::join},
                                                                            {8, ChooserAct::publish},
                                                                            {4, ChooserAct::hear},
                                                                            {2, ChooserAct::pass},
                                                                            {2, ChooserAct::policy},
                                                                            {2, ChooserAct::price},
                                                                            {3, ChooserAct::neighbour},
                                                                            {3, ChooserAct::room},
                                                                            {1, ChooserAct::leave},
                                                                            {24, ChooserAct::compare}})),
      rc::gen::set(&ChooserStep::seed));
}

void run(ZoneChooserFixture& fixture, const ChooserStep& step) {
  Dice dice(step.seed);
  const std::string peer = chooser_peer_name(dice.below(kChooserPeers));
  switch (step.act) {
    case ChooserAct::join:
      return fixture.add_peer(peer);
    case ChooserAct::publish:
      return fixture.publish(peer, dice);
    case ChooserAct::hear:
      return fixture.hear(peer);
    case ChooserAct::pass:
      fixture.pass(Seconds{1 + dice.below(25)});
      return fixture.reconnect();
    case ChooserAct::policy:
      REQUIRE(fixture.wait(fixture.zone->membership().set_policy(any_policy(dice))));
      return;
    case ChooserAct::price:
      return fixture.zone->zone_chooser().learn_price(peer, any_sku(dice), {9'000 * dice.below(9)});
    case ChooserAct::neighbour:
      return fixture.run_neighbour(dice);
    case ChooserAct::room:
      return fixture.hold_room(dice);
    case ChooserAct::leave:
      (void)fixture.wait(fixture.zone->membership().leave(peer, true));  // of one that has left, an error
      return;
    case ChooserAct::compare:
      return fixture.compare(dice);
  }
}

TEST_CASE("after any history a zone chooses what the planner chooses") {
  int chosen = 0;
  CHECK(rc::check("ZoneChooser equals choose_zone", [&chosen] {
    ZoneChooserFixture fixture;
    for (std::uint32_t number = 0; number < kChooserPeers; ++number) {
      Dice dice(number);
      if (number % 3 == 2) continue;
      fixture.add_peer(chooser_peer_name(static_cast<int>(number)));
      fixture.publish(chooser_peer_name(static_cast<int>(number)), dice);
    }
    for (const ChooserStep& step : *rc::gen::container<std::vector<ChooserStep>>(any_chooser_step()))
      run(fixture, step);
    chosen += fixture.chosen;
  }));
  CHECK(chosen > 100);  // or nothing was compared
}

TEST_CASE_FIXTURE(ZoneChooserFixture,
                  "a peer that falls silent is no choice any more, and is one when it is heard of") {
  model::Workload workload;
  workload.metadata = {.name = "web", .tenant = "default", .workspace = "default"};
  workload.spec.placement.zones = {"zone-1"};
  model::InstanceSku sku;
  sku.spec = {.vcpu = {1}, .memory_mib = {256}};
  const Replicas none;
  const ZoneChooser::Question question{.workload = workload, .sku = sku, .replicas = none};
  const auto choice = [&] { return zone->zone_chooser().choose(question).value(); };
  CHECK(choice().empty());
  add_peer("zone-1");
  CHECK(choice().empty());
  federation::ZoneDigest digest{.zone = "zone-1", .member_state = "DE"};
  digest.flavours = {
      {.name = "small", .vcpu = {1}, .memory_mib = {256}, .architecture = "x86_64", .fits = 1}};
  const federation::SignedRecord record{.owner = "zone-1",
                                        .kind = federation::RecordKind::digest,
                                        .version = ++version,
                                        .body = json::dump(to_json(digest))};
  hear("zone-1", {federation::sign(signatures, keys["zone-1"].key_pem, record).value()});
  CHECK(choice() == "zone-1");
  pass(Seconds{31});
  CHECK(choice().empty());
  hear("zone-1");
  CHECK(choice() == "zone-1");
  REQUIRE(wait(zone->membership().set_policy("")));
  CHECK(choice().empty());
  const auto decision = zone->zone_chooser().decide_with_reasons(question).value();
  REQUIRE(decision.filtered.size() == 2);
  CHECK(decision.filtered[1].reason.find("gives zone 'zone-1' nothing") != std::string::npos);
}

}  // namespace
}  // namespace hanse::zone
