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
  const auto live = wait(
      zone->transfers().create(scope, {.instance = "web", .host = "h2", .mode = model::TransferMode::live}));
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

TEST_CASE_FIXTURE(Unlike, "a move whose mode is open turns warm where the other host lacks the hardware") {
  const ResourceId scope{.tenant = "default", .workspace = "default"};
  const model::TransferSpec open{.instance = "web", .host = "h2"};
  const auto forecast = wait(zone->transfers().forecast(scope, open));
  REQUIRE(forecast.has_value());
  CHECK(forecast->obstacles.empty());
  CHECK(forecast->mode == model::TransferMode::warm);
  const auto begun = wait(zone->transfers().create(scope, open));
  REQUIRE_MESSAGE(begun.has_value(), begun.error().message);
  CHECK(begun->status.mode == model::TransferMode::warm);
  CHECK(begun->status.mode_reason.find("CPU model qemu64") != std::string::npos);
  CHECK(begun->status.hardware->cpu_model == "x86-64-v2");
  act_for(Seconds{2});
  CHECK(told("h1", "web").move->mode == model::TransferMode::warm);
}

TEST_CASE_FIXTURE(Unlike, "and where that host cannot take machines live") {
  add_host("h3", [](model::Inventory& inventory) { inventory.live_moves = false; });
  const auto begun = wait(zone->transfers().create({.tenant = "default", .workspace = "default"},
                                                   {.instance = "web", .host = "h3"}));
  REQUIRE_MESSAGE(begun.has_value(), begun.error().message);
  CHECK(begun->status.mode == model::TransferMode::warm);
  CHECK(begun->status.mode_reason.find("cannot take machines live") != std::string::npos);
}

TEST_CASE_FIXTURE(Unlike, "a port that another instance has there stands against the move") {
  const ResourceId scope{.tenant = "default", .workspace = "default"};
  add_host("h3");
  create_on("h3", "there");
  for (const char* name : {"web", "there"}) {
    REQUIRE(wait(zone->tables().instances.update(id(name), [](model::Instance& changed) -> Status {
      changed.spec.forwards = {{.guest_port = 80, .host_port = 8080}};
      return {};
    })));
  }
  const auto refused = wait(zone->transfers().create(scope, {.instance = "web", .host = "h3"}));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("port 8080 of host 'h3'") != std::string::npos);
  const auto forecast = wait(zone->transfers().forecast(scope, {.instance = "web", .host = "h3"}));
  REQUIRE(forecast->obstacles.size() == 1);
  CHECK(forecast->obstacles.front().reason == refused.error().message);
  // Another protocol's port is another one.
  REQUIRE(wait(zone->tables().instances.update(id("there"), [](model::Instance& changed) -> Status {
    changed.spec.forwards.front().protocol = "udp";
    return {};
  })));
  CHECK(wait(zone->transfers().create(scope, {.instance = "web", .host = "h3"})).has_value());
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
