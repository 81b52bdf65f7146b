// Explainer in a whole zone with one host and one peer: that a replica is not in its own way, and what zones
// said when they were asked.
#include "zone/workloads/explainer.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

struct ExplainerFixture : test::ZoneFixture {
  std::unique_ptr<test::ScriptedHost> host;
  SigningKey key = signatures.make_key().value();
  std::int64_t version = std::chrono::duration_cast<Millis>(since_epoch(world.loop.wall_now())).count();

  ExplainerFixture() {
    add_host_record("h1");
    host = std::make_unique<test::ScriptedHost>(world.runtime, zone->hosts(), "h1");
    pass(Seconds{1});
    add_sku();
    add_image();
  }
  ~ExplainerFixture() { host.reset(); }

  // A peer with room for so many; nothing answers at its address.
  void hear_of_lisbon(std::int64_t fits) {
    (void)wait(zone->membership().adopt(
        {.name = "lisbon", .endpoint = "10.0.0.2:8443", .identity_key = key.public_key}));
    federation::ZoneDigest digest{.zone = "lisbon", .provider = "borealis", .member_state = "PT"};
    digest.flavours = {
        {.name = "tiny", .vcpu = {1}, .memory_mib = {192}, .architecture = "x86_64", .fits = fits}};
    digest.flavours[0].price = MicroEuroPerHour{20'000};
    const federation::SignedRecord record{.owner = "lisbon",
                                          .kind = federation::RecordKind::digest,
                                          .version = ++version,
                                          .body = json::dump(to_json(digest))};
    const auto sent = federation::sign(signatures, key.key_pem, record).value();
    REQUIRE(zone->records().answer("lisbon", {.records = {sent}}));
  }
  void put(const model::Workload& workload) {
    REQUIRE(wait(zone->frontends().workloads.put(workload, std::nullopt)));
  }
  model::WorkloadExplanation explained() { return zone->explainer().explain(id("web")).value(); }
  std::int64_t room() { return zone->capacity().room({.vcpu = {1}, .memory = {192}}).value().instances; }
};

const model::ExplainedCandidate& candidate_of(const model::PlacementExplanation& explanation,
                                              const std::string& name) {
  for (const model::ExplainedCandidate& candidate : explanation.candidates) {
    if (candidate.name == name) return candidate;
  }
  FAIL("no candidate ", name);
  return explanation.candidates.front();
}

TEST_CASE_FIXTURE(ExplainerFixture,
                  "a zone and a host that are full of replicas have room for each of them") {
  put(witness_workload(4));
  pass(Seconds{10});
  REQUIRE(room() == 0);
  const model::WorkloadExplanation explanation = explained();
  REQUIRE(explanation.replicas.size() == 4);
  for (const model::ReplicaExplanation& replica : explanation.replicas) {
    CHECK(replica.zones.chosen == "helsinki");
    REQUIRE(replica.hosts);
    CHECK(replica.hosts->chosen == "h1");
    CHECK(replica.hosts->why.ends_with("it has the least free, 448 MiB and 1 vCPU"));
  }
  CHECK(room() == 0);  // nothing of this lasts
}

TEST_CASE_FIXTURE(ExplainerFixture, "a replica that spreads by host may be on the host where it is") {
  model::Workload spread = witness_workload(2);
  spread.spec.placement.spread = model::Spread::host;
  put(spread);
  pass(Seconds{10});
  const model::WorkloadExplanation explanation = explained();
  REQUIRE(explanation.replicas.size() == 2);
  CHECK(explanation.replicas[0].zone == "helsinki");
  CHECK(explanation.replicas[0].zones.chosen == "helsinki");
  CHECK(explanation.replicas[0].hosts.value().chosen == "h1");
  // The other has no second host.
  CHECK(explanation.replicas[1].zones.chosen.empty());
  CHECK(candidate_of(explanation.replicas[1].zones, "helsinki").rejections.at(0).constraint == "capacity");
}

TEST_CASE_FIXTURE(ExplainerFixture, "a peer that is full of a replica has room for it") {
  put(witness_workload(1));
  pass(Seconds{10});
  hear_of_lisbon(0);
  REQUIRE(wait(zone->tables().workloads.update(id("web"), [](model::Workload& changed) -> Status {
    changed.status.replicas.at(0).zone = "lisbon";
    changed.status.replicas.at(0).power_state = model::PowerState::running;
    return {};
  })));
  CHECK(candidate_of(explained().replicas.at(0).zones, "lisbon").rejections.empty());
}

TEST_CASE_FIXTURE(ExplainerFixture, "what a zone said when it was asked is in the explanation") {
  hear_of_lisbon(9);
  model::Workload abroad = witness_workload(1);
  abroad.spec.placement.zones = {"lisbon"};
  put(abroad);
  pass(Seconds{2});
  const auto zones = explained().replicas.at(0).zones;
  CHECK(zones.chosen.empty());
  const auto& rejections = candidate_of(zones, "lisbon").rejections;
  REQUIRE(rejections.size() == 1);
  CHECK(rejections[0].constraint == "allowed");
  CHECK(zones.relaxations.back().text == "1 zone qualifies if its refusal of a moment ago is over");
}

TEST_CASE_FIXTURE(ExplainerFixture,
                  "what a zone refuses to one replica does not stand against one that it has") {
  put(witness_workload(1));
  pass(Seconds{10});
  REQUIRE(wait(zone->tables().workloads.update(id("web"), [](model::Workload& changed) -> Status {
    changed.spec.replicas = 2;
    changed.spec.placement.zones = {"lisbon"};
    changed.status.replicas.at(0).zone = "lisbon";
    return {};
  })));
  hear_of_lisbon(9);
  pass(Seconds{2});
  const auto replicas = explained().replicas;
  REQUIRE(replicas.size() == 2);
  CHECK(replicas[0].zones.chosen == "lisbon");
  CHECK(replicas[1].zones.chosen.empty());
}

TEST_CASE_FIXTURE(ExplainerFixture, "of more replicas than are explained the others are counted") {
  model::Workload large = witness_workload(103);
  large.spec.placement.member_states = {"PT"};
  put(large);
  const model::WorkloadExplanation explanation = explained();
  CHECK(explanation.replicas.size() == model::kMaxExplainedReplicas);
  CHECK(explanation.omitted == 3);
}

TEST_CASE_FIXTURE(ExplainerFixture,
                  "a price is that of a zone's digest until the zone has answered with another") {
  hear_of_lisbon(9);
  model::Workload cheap = witness_workload(1);
  cheap.spec.placement.weights.price = 1;
  cheap.spec.placement.max_euro_per_hour = 0.01;
  put(cheap);
  const auto reason = [&] {
    return candidate_of(explained().replicas.at(0).zones, "lisbon").rejections.at(0).reason;
  };
  CHECK(reason() == "it costs 0.02 EUR/h (stated) and the ceiling is 0.01 EUR/h");
  model::InstanceSku sku;
  sku.spec = {.vcpu = {1}, .memory_mib = {192}};
  zone->zone_chooser().learn_price("lisbon", sku, {30'000});
  CHECK(reason() == "it costs 0.03 EUR/h (as last agreed) and the ceiling is 0.01 EUR/h");
  pass(kAgreedPriceMemory);
  hear_of_lisbon(9);
  CHECK(reason() == "it costs 0.02 EUR/h (stated) and the ceiling is 0.01 EUR/h");
}

TEST_CASE_FIXTURE(ExplainerFixture, "an architecture that its SKU has not is why no zone can be the one") {
  model::Workload wrong = witness_workload(1);
  wrong.spec.placement.architecture = "aarch64";
  put(wrong);
  const auto here = candidate_of(explained().replicas.at(0).zones, "helsinki");
  std::string reasons;
  for (const auto& rejection : here.rejections) reasons += rejection.reason + "\n";
  CHECK(reasons.find("SKU 'tiny' is for x86_64") != std::string::npos);
}

}  // namespace
}  // namespace hanse::zone
