// Two hosts of one zone, an instance on the first, and its moves to the second.
#pragma once

#include <string>

#include "zone/moving_hosts_for_test.h"

namespace hanse::zone::test_support {

struct WithinZoneFixture : MovingHosts {
  WithinZoneFixture() {
    add_host("h1");
    add_host("h2");
    create_on("h1", "web");
  }

  Result<model::Transfer> move(const std::string& host) {
    return wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                         {.instance = "web", .host = host}));
  }
  model::TransferPhase phase(const std::string& transfer) {
    return zone->transfers().get(id(transfer)).value().status.phase;
  }
  std::string waiting_for(const std::string& transfer) {
    return zone->transfers().get(id(transfer)).value().status.waiting_for;
  }
  std::string begin_move() {
    const auto begun = move("h2");
    REQUIRE_MESSAGE(begun.has_value(), begun.error().message);
    act_for(Seconds{2});
    REQUIRE(phase(begun->metadata.name) == model::TransferPhase::sending);
    return begun->metadata.name;
  }
  model::MachineDesired told(const std::string& host) { return MovingHosts::told(host, "web"); }
};

}  // namespace hanse::zone::test_support
