// What each peer has here, as it is added up, against a look at all instances; and what is answered by it.
#include "zone/federation/peer_admission.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

constexpr int kPeers = 3;
constexpr int kAdmissionSkus = 3;

enum class AdmissionAct { instance, instance_gone, sku, sku_gone, feed_begins_again };

struct AdmissionStep {
  AdmissionAct act;
  int instance;
  int sku;
  int peer;  // 0: this zone itself
  int size;
  bool moved;
};

std::ostream& operator<<(std::ostream& out, const AdmissionStep& step) {
  return out << fmt::format("{{act {}, instance {}, sku {}, peer {}, size {}, moved {}}}",
                            static_cast<int>(step.act), step.instance, step.sku, step.peer, step.size,
                            step.moved);
}

rc::Gen<AdmissionStep> any_admission_step() {
  return rc::gen::build<AdmissionStep>(
      rc::gen::set(&AdmissionStep::act,
                   rc::gen::weightedElement<AdmissionAct>({{8, AdmissionAct::instance},
                                                           {3, AdmissionAct::instance_gone},
                                                           {4, AdmissionAct::sku},
                                                           {1, AdmissionAct::sku_gone},
                                                           {1, AdmissionAct::feed_begins_again}})),
      rc::gen::set(&AdmissionStep::instance, rc::gen::inRange(0, 8)),
      rc::gen::set(&AdmissionStep::sku, rc::gen::inRange(0, kAdmissionSkus)),
      rc::gen::set(&AdmissionStep::peer, rc::gen::inRange(0, kPeers + 1)),
      rc::gen::set(&AdmissionStep::size, rc::gen::inRange(1, 9)), rc::gen::set(&AdmissionStep::moved));
}

std::string peer_name(int number) {
  return number == 0 ? std::string() : fmt::format("zone-{}", number);
}

model::InstanceSku sku_of(int number, int size) {
  model::InstanceSku sku;
  sku.metadata = {.name = fmt::format("sku-{}", number), .tenant = "default"};
  sku.spec = {.vcpu = {size}, .memory_mib = {256 * size}};
  return sku;
}

model::Instance instance_of(const AdmissionStep& step) {
  model::Instance instance;
  instance.metadata = {
      .name = fmt::format("web-{}", step.instance), .tenant = "default", .workspace = "default"};
  instance.spec.sku_ref = fmt::format("skus/sku-{}", step.sku);
  instance.status.placed_by = peer_name(step.peer);
  if (step.moved) instance.status.moved_to = "elsewhere";
  return instance;
}

// Tables beside the zone's own, so that nothing else changes them; changes are told as the feed tells them.
struct Records {
  explicit Records(test::ZoneFixture& zone_fixture)
      : fixture(zone_fixture),
        store(fixture.wait(store::open_memory(fixture.world.runtime)).value()),
        tables(*store),
        admission(tables, fixture.zone->membership(), fixture.zone->records()) {}

  void write(store::Write write) {
    REQUIRE(store::test_support::run(fixture.world.loop, store->transact({.writes = {std::move(write)}}),
                                     Micros{1}));
  }
  void apply(const AdmissionStep& step) {
    store::Write instance = tables.instances.write_of(instance_of(step));
    store::Write sku = tables.instance_skus.write_of(sku_of(step.sku, step.size));
    if (step.act == AdmissionAct::instance_gone) instance.value.reset();
    if (step.act == AdmissionAct::sku_gone) sku.value.reset();
    const bool of_instance = step.act == AdmissionAct::instance || step.act == AdmissionAct::instance_gone;
    store::Write& written = of_instance ? instance : sku;
    const std::string key = written.key;
    write(std::move(written));
    if (of_instance) return admission.instance_changed(key);
    if (step.act != AdmissionAct::feed_begins_again) return admission.sku_changed(key);
    admission.forget();
    for (const auto& entry : store->list(prefix_of(KindOf<model::Instance>::kTraits, {}), "", 100).entries)
      admission.instance_changed(entry.key);
    admission.all_told();
  }
  // The slow truth.
  PeerAdmission::Held scanned(const std::string& peer) const {
    PeerAdmission::Held sum;
    const auto all = tables.instances.all().value();
    for (const auto& instance : all) {
      if (instance->status.placed_by != peer || !instance->status.moved_to.empty()) continue;
      const auto sku = tables.instance_skus.get(
          {.tenant = "default", .name = model::reference_name(instance->spec.sku_ref)});
      if (!sku) continue;
      sum.vcpu += (*sku)->spec.vcpu;
      sum.memory += (*sku)->spec.memory_mib;
    }
    return sum;
  }

  test::ZoneFixture& fixture;
  std::unique_ptr<store::Store> store;
  Tables tables;
  PeerAdmission admission;
};

TEST_CASE_FIXTURE(test::ZoneFixture, "what a peer has here is what a look at all instances finds") {
  std::int64_t seen = 0;
  CHECK(rc::check("PeerAdmission equals a scan", [&] {
    Records records(*this);
    for (const AdmissionStep& step : *rc::gen::container<std::vector<AdmissionStep>>(any_admission_step())) {
      records.apply(step);
      for (int peer = 1; peer <= kPeers; ++peer) {
        const PeerAdmission::Held brought = records.admission.brought_by(peer_name(peer));
        RC_ASSERT(brought == records.scanned(peer_name(peer)));
        seen += brought.vcpu.value;
      }
    }
  }));
  CHECK(seen > 100);
}

TEST_CASE_FIXTURE(test::ZoneFixture,
                  "a peer's totals are held against it, and nothing is answered without them") {
  Records records(*this);
  const model::InstanceSku small = sku_of(0, 1);
  const auto asked = [&] { return records.admission.accepts("zone-1", "default", "sku-0", small.spec); };
  CHECK(asked().error().code == Code::unavailable);
  records.admission.all_told();
  CHECK(asked());
  records.write(records.tables.instance_skus.write_of(sku_of(1, 99)));
  records.apply({.act = AdmissionAct::instance, .instance = 1, .sku = 1, .peer = 1});
  CHECK(asked());
  {
    const PeerAdmission::Promise promise = records.admission.promise("zone-1", small.spec);
    const Status beyond = asked();
    REQUIRE_FALSE(beyond);
    CHECK(beyond.error().message ==
          "zone 'zone-1' has 100 of 100 vCPU here that the policy allows, and asks for 1");
    CHECK(records.admission.accepts("zone-2", "default", "sku-0", small.spec));
  }
  CHECK(asked());
  const std::string bad = key_of(KindOf<model::Instance>::kTraits, {"default", "default", "bad"});
  records.write({bad, "no record"});
  records.admission.instance_changed(bad);
  CHECK(asked().error().code == Code::data_loss);
}

}  // namespace
}  // namespace hanse::zone
