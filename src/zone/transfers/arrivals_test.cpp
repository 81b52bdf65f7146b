// Moves to hosts that lack the hardware that the instance has.
#include "zone/transfers/arrivals.h"

#include <doctest/doctest.h>

#include "zone/moving_hosts_for_test.h"

namespace hanse::zone {
namespace {

struct Unlike : test_support::MovingHosts {
  static void unlike(model::Inventory& inventory) {
    inventory.cpu_models = {"EPYC", "x86-64-v2"};
    inventory.machine_types = {"pc-q35-9.2"};
  }
  Unlike() {
    add_host("h1");
    add_host("h2", unlike);
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

TEST_CASE_FIXTURE(Unlike, "a move that rolls back leaves the instance its hardware") {
  const ResourceId scope{.tenant = "default", .workspace = "default"};
  const auto begun = wait(
      zone->transfers().create(scope, {.instance = "web", .host = "h2", .mode = model::TransferMode::warm}));
  REQUIRE_MESSAGE(begun.has_value(), begun.error().message);
  act_for(Seconds{2});
  sent = model::MoveState::failed;
  act_for(Seconds{10});
  CHECK(zone->transfers().get(id(begun->metadata.name))->status.phase == model::TransferPhase::rolled_back);
  CHECK(get("web").spec.cpu_model == "qemu64");
  CHECK(get("web").spec.machine_type == "pc-q35-10.0");
  CHECK(told("h1", "web").machine.cpu_model == "qemu64");
}

TEST_CASE_FIXTURE(Unlike, "a zone that restarts while it moves knows what it becomes") {
  const ResourceId scope{.tenant = "default", .workspace = "default"};
  REQUIRE(wait(
      zone->transfers().create(scope, {.instance = "web", .host = "h2", .mode = model::TransferMode::warm})));
  act_for(Seconds{2});
  hosts.clear();
  restart();
  connect("h1");
  connect("h2", unlike);
  sent = model::MoveState::handed_over;
  act_for(Seconds{10});
  CHECK(get("web").status.host == "h2");
  CHECK(get("web").spec.cpu_model == "x86-64-v2");
  CHECK(told("h2", "web").machine.cpu_model == "x86-64-v2");
}

TEST_CASE_FIXTURE(Unlike, "another SKU is refused with the field where it cannot be") {
  const ResourceId scope{.tenant = "default", .workspace = "default"};
  const auto refusal = [&](model::TransferSpec spec) {
    spec.instance = "web";
    spec.target_zone = "warsaw";
    const auto made = wait(zone->transfers().create(scope, std::move(spec)));
    REQUIRE_FALSE(made.has_value());
    return made.error();
  };
  const Error unknown = refusal({.sku = "huge"});
  CHECK(unknown.code == Code::not_found);
  CHECK(unknown.sources.front().pointer == "/spec/sku");
  add_sku("large", 300);
  const auto change = [&](const std::function<void(model::InstanceStatus&)>& change) {
    REQUIRE(wait(zone->tables().instances.update(id("web"), [&](model::Instance& changed) -> Status {
      change(changed.status);
      return {};
    })));
  };
  // Only the peer is missing.
  CHECK(refusal({.sku = "large"}).sources.front().pointer == "/spec/targetZone");
  change([](model::InstanceStatus& status) { status.workload = "helsinki/default/default/web#0"; });
  CHECK(refusal({.sku = "large"}).message.find("is a replica") != std::string::npos);
  CHECK(refusal({.copy = "web-copy", .sku = "large"}).sources.front().pointer == "/spec/targetZone");
  change([](model::InstanceStatus& status) {
    status.workload.clear();
    status.snapshots = {{.name = "s", .uid = "s-1", .memory = true, .state = model::SnapshotState::ready}};
  });
  CHECK(refusal({.sku = "large"}).message.find("hanse snapshot delete web s") != std::string::npos);
  CHECK(refusal({.copy = "web-copy", .sku = "large"}).sources.front().pointer == "/spec/targetZone");
}

}  // namespace
}  // namespace hanse::zone
