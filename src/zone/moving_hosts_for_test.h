// Hosts that do what the zone tells them of moves, as a test lets them: for tests of moves within a zone.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/zone_fixture.h"

namespace hanse::zone::test_support {

struct MovingHosts : test::ZoneFixture {
  std::map<std::string, std::unique_ptr<test::ScriptedHost>> hosts;
  // What a host answers to an order to send.
  model::MoveState sent = model::MoveState::sending;

  MovingHosts() {
    add_sku();
    add_image();
  }

  using InventoryChange = std::function<void(model::Inventory&)>;

  void add_host(const std::string& name, const InventoryChange& change = {}) {
    add_host_record(name);
    connect(name, change);
  }
  void connect(const std::string& name, const InventoryChange& change = {}) {
    hosts[name] = std::make_unique<test::ScriptedHost>(world.runtime, zone->hosts(), name, "boot-1", change);
    hosts[name]->obey = false;
    pass(Seconds{1});
  }
  // A new one is placed, and runs there, while that host alone takes any.
  void create_on(const std::string& host, const std::string& name, const std::string& sku = "tiny") {
    for (const auto& [other, scripted] : hosts) set_schedulable(other, other == host);
    create(name, sku);
    for (const auto& [other, scripted] : hosts) set_schedulable(other, true);
    REQUIRE(get(name).status.host == host);
    REQUIRE(get(name).status.power_state == model::PowerState::running);
  }
  void create(const std::string& name, const std::string& sku = "tiny") {
    model::Instance wanted = instance(name);
    wanted.spec.sku_ref = "skus/" + sku;
    REQUIRE(wait(zone->frontends().instances.put(wanted, std::nullopt)));
    act_for(Seconds{3});
  }
  void set_schedulable(const std::string& name, bool schedulable) {
    change_spec(name, {.schedulable = schedulable});
  }
  void change_spec(const std::string& name, model::HostSpec spec) {
    model::Host wanted = host(name);
    wanted.spec = spec;
    REQUIRE(wait(zone->frontends().hosts.put(wanted, std::nullopt)));
    pass(Millis{300});
  }
  // As after a crash of the zone; its hosts come back.
  void restart_zone() {
    std::vector<std::string> names;
    for (const auto& [name, scripted] : hosts) names.push_back(name);
    hosts.clear();
    restart();
    for (const std::string& name : names) connect(name);
  }

  static model::MachineObserved answer(const model::MachineDesired& wanted, model::MoveState sent) {
    model::MachineObserved now{
        .uid = wanted.machine.uid, .generation = wanted.generation, .epoch = wanted.epoch};
    now.exists = wanted.goal == model::MachineGoal::running;  // a stopped one has never been made
    if (now.exists) now.power_state = model::PowerState::running;
    if (!wanted.move) return now;
    now.move = model::MoveObserved{.transfer = wanted.move->transfer};
    switch (wanted.move->goal) {
      case model::MoveGoal::receive:
        now.power_state = model::PowerState::moving;
        now.move->state = model::MoveState::ready;
        now.move->seed_endpoint = "10.0.0.9:1";
        break;
      case model::MoveGoal::follow:
        break;
      case model::MoveGoal::send:
        now.move->state = sent;
        now.move->error = sent == model::MoveState::failed ? "the link broke" : "";
        if (sent == model::MoveState::handed_over) now.power_state = model::PowerState::moving;
        break;
      case model::MoveGoal::roll_back:
        now.move->state = model::MoveState::rolled_back;
        break;
      case model::MoveGoal::discard:
        now.exists = false;
        now.move->state = model::MoveState::discarded;
        break;
    }
    return now;
  }
  // The hosts do what they are told, time and again.
  void act_for(Nanos time, Nanos step = Millis{100}) {
    for (Nanos passed{0}; passed < time; passed += step) {
      for (const auto& [name, host] : hosts) {
        for (const auto& [uid, wanted] : host->desired) host->observe(answer(wanted, sent));
      }
      pass(step);
    }
  }

  model::Host host(const std::string& name) { return **zone->tables().hosts.get({.name = name}); }
  model::MachineDesired told(const std::string& host, const std::string& name) {
    return hosts.at(host)->desired.at(get(name).metadata.uid);
  }
  bool has_left_copy(const std::string& name) { return !host(name).status.left_machines.empty(); }
};

}  // namespace hanse::zone::test_support
