// A zone's change to its next CA among real handshakes: in the simulation nobody connects whose certificate
// is of no trusted CA.
#include <doctest/doctest.h>
#include <memory>

#include "base/scope.h"
#include "simulator/federation/site.h"
#include "simulator/federation/zone_node.h"

namespace hanse::simulator {
namespace {

constexpr char kRotating[] = "zone-a";
// In which each zone probes each other one, and the card is everywhere.
constexpr Nanos kAWhile = Seconds{40};

std::unique_ptr<ProcessRoot> make_rotating(ProcessContext context, const ZonePlace& place) {
  if (context.run == 1) prepare_zone_disk(context.disk, place, false);
  return std::make_unique<ZoneNode>(context, place, zone_config(place));
}

Task<void> announce(zone::Zone& zone, Status& result) {
  result = co_await zone.membership().announce_authority();
}

Task<void> change(zone::Zone& zone, Status& result) {
  result = co_await zone.membership().change_authority({.force = true});
}

struct RotatingFederation {
  Federation federation{
      FederationOptions{
          .seed = 1, .hosts_per_zone = 0, .faults = {.begin = Seconds{1'000}, .end = Seconds{1'000}}},
      make_rotating, nullptr};

  zone::Zone& zone(const std::string& name) {
    auto* node = dynamic_cast<ZoneNode*>(federation.world().process(name).root());
    REQUIRE(node != nullptr);
    REQUIRE(node->zone() != nullptr);
    return *node->zone();
  }
  void pass(Nanos time) { REQUIRE(federation.world().run_for(time)); }
  // Both ways, by connections of this while: the ones before are closed when a CA changes.
  bool all_hear_each_other() {
    for (const std::string& one : federation.zone_names()) {
      for (const std::string& other : federation.zone_names()) {
        if (one == other) continue;
        const auto silence = zone(one).records().silence(other);
        if (!silence || *silence > kAWhile / 2) return false;
      }
    }
    return true;
  }
};

TEST_CASE("zones hear each other before, while and after one of them changes its CA") {
  RotatingFederation zones;
  Status result = fail(Code::unavailable, "nothing was done");
  zones.pass(kAWhile);
  CHECK(zones.all_hear_each_other());
  const std::string old_ca = zones.zone(kRotating).identity().ca_fingerprint();
  Scope scope;
  REQUIRE(scope.spawn(announce(zones.zone(kRotating), result)));
  zones.pass(kAWhile);
  CHECK(result);
  CHECK(zones.all_hear_each_other());
  result = fail(Code::unavailable, "nothing was done");
  REQUIRE(scope.spawn(change(zones.zone(kRotating), result)));
  zones.pass(kAWhile);
  CHECK(result);
  CHECK(zones.all_hear_each_other());
  const std::string new_ca = zones.zone(kRotating).identity().ca_fingerprint();
  CHECK(new_ca != old_ca);
  for (const std::string& other : zones.federation.zone_names()) {
    if (other == kRotating) continue;
    const federation::Peers& peers = zones.zone(other).peers();
    for (const std::string& ca : {old_ca, new_ca})
      CHECK(peers.identify({federation::zone_name_uri(kRotating), ca}) != nullptr);
    CHECK(zones.zone(other).membership().get(kRotating)->card_version > 0);
  }
}

}  // namespace
}  // namespace hanse::simulator
