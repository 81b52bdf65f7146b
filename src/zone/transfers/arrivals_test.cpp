// Moves to hosts that lack the hardware that the instance has.
#include "zone/transfers/arrivals.h"

#include <doctest/doctest.h>

#include "zone/moving_hosts_for_test.h"

namespace hanse::zone {
namespace {

struct Unlike : test_support::MovingHosts {
  Unlike() {
    add_host("h1");
    add_host("h2", [](model::Inventory& inventory) {
      inventory.cpu_models = {"EPYC", "x86-64-v2"};
      inventory.machine_types = {"pc-q35-9.2"};
    });
    create_on("h1", "web");
  }
};

TEST_CASE_FIXTURE(Unlike, "what boots at the other host is given hardware that this one has") {
  const ResourceId scope{.tenant = "default", .workspace = "default"};
  const auto live = wait(zone->transfers().create(scope, {.instance = "web", .host = "h2"}));
  REQUIRE_FALSE(live.has_value());
  CHECK(live.error().message.find("CPU model qemu64") != std::string::npos);
  const model::TransferSpec warm{.instance = "web", .host = "h2", .mode = model::TransferMode::warm};
  const model::Hardware there{.machine_type = "pc-q35-9.2", .cpu_model = "x86-64-v2"};
  CHECK(wait(zone->transfers().forecast(scope, warm))->hardware == there);
  const auto begun = wait(zone->transfers().create(scope, warm));
  REQUIRE_MESSAGE(begun.has_value(), begun.error().message);
  CHECK(begun->status.hardware == there);
  act_for(Seconds{2});
  CHECK(told("h1", "web").machine.cpu_model == "qemu64");
  CHECK(told("h2", "web").machine.cpu_model == "x86-64-v2");
  CHECK(told("h2", "web").machine.machine_type == "pc-q35-9.2");
  CHECK(get("web").spec.cpu_model == "qemu64");
  sent = model::MoveState::handed_over;
  act_for(Seconds{5});
  CHECK(zone->transfers().get(id(begun->metadata.name))->status.phase == model::TransferPhase::completed);
  CHECK(get("web").spec.cpu_model == "x86-64-v2");
  CHECK(get("web").spec.machine_type == "pc-q35-9.2");
  CHECK(told("h2", "web").machine.cpu_model == "x86-64-v2");
}

}  // namespace
}  // namespace hanse::zone
