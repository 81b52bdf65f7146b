// Who is waited for is named: what counts as waiting, and for how long.
#include "simulator/federation/wait_watch.h"

#include <doctest/doctest.h>

namespace hanse::simulator {
namespace {

class Nothing final : public ProcessRoot {};

struct TwoZones {
  TwoZones() : world(1), watch(world, {}) {
    for (const char* name : {"zone-a", "zone-b"})
      world.add_process({.name = name}, [](const ProcessContext&) { return std::make_unique<Nothing>(); });
    transfer.metadata.name = "t";
    transfer.spec.target_zone = "zone-b";
    transfer.status.source_zone = "zone-a";
    transfer.status.phase = model::TransferPhase::committed;
  }
  void look_for(Nanos time) {
    for (const Nanos end = world.now() + time; world.now() < end; world.run_for(WaitWatch::kTick))
      watch.look_at("zone-a", nullptr, transfer);
  }

  World world;
  WaitWatch watch;
  model::Transfer transfer;
};

constexpr Nanos kLong = WaitWatch::kPatience + Seconds{2};

TEST_CASE("who has committed and cannot reach its target has to name it") {
  TwoZones zones;
  SUBCASE("the target is not cut off") {}
  SUBCASE("it is, and is named") {
    zones.world.partition("zone-a", "zone-b");
    zones.transfer.status.waiting_for = "zone-b";
    zones.look_for(kLong * 2);
    CHECK(zones.watch.named() == 1);
  }
  SUBCASE("it is, now and then") {
    zones.world.partition("zone-a", "zone-b");
    zones.look_for(WaitWatch::kPatience - Seconds{2});
    zones.world.heal("zone-a", "zone-b");
    zones.look_for(Seconds{2});
    zones.world.partition("zone-a", "zone-b");
    zones.look_for(WaitWatch::kPatience - Seconds{2});
    zones.world.heal("zone-a", "zone-b");
  }
  SUBCASE("it has not committed") {
    zones.world.partition("zone-a", "zone-b");
    zones.transfer.status.phase = model::TransferPhase::sending;
  }
  zones.look_for(kLong);
  CHECK_FALSE(zones.watch.wrong());
}

TEST_CASE("a wait for a peer that is not named, or for another, is found") {
  TwoZones zones;
  SUBCASE("its link is cut one way") {
    zones.world.links().cut_one_way("zone-b", "zone-a");
  }
  SUBCASE("its process is gone") {
    zones.world.crash("zone-b", true);
  }
  SUBCASE("another is named") {
    zones.world.partition("zone-a", "zone-b");
    zones.transfer.status.waiting_for = "zone-c";
  }
  zones.look_for(kLong);
  CHECK(zones.watch.wrong());
}

TEST_CASE("a target needs its source while it may have been granted, and a move within a zone its host") {
  model::Transfer transfer;
  transfer.spec.target_zone = "zone-b";
  transfer.status.source_zone = "zone-a";
  transfer.status.role = model::TransferRole::target;
  transfer.status.phase = model::TransferPhase::sending;
  CHECK(needed_peer(transfer) == "zone-a");
  transfer.status.phase = model::TransferPhase::granted;
  CHECK(needed_peer(transfer).empty());
  transfer.status.role = model::TransferRole::source;
  transfer.status.phase = model::TransferPhase::committed;
  CHECK(needed_peer(transfer) == "zone-b");
  transfer.spec.host = "host-a2";
  CHECK(needed_peer(transfer) == "host-a2");
}

}  // namespace
}  // namespace hanse::simulator
