// The states that a host's words lead to are those that docs/states/instance.md draws.

#include "zone/instance_status.h"

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>
#include <doctest/doctest.h>
#include <set>

#include "tests/support/state_diagram.h"

namespace hanse::zone {
namespace {

using model::PowerState;
using model::ResourceState;

template <class E>
std::vector<E> all_of() {
  std::vector<E> values;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&](auto described) { values.push_back(described.value); });
  return values;
}

std::string name_of(ResourceState state) {
  return boost::describe::enum_to_string(state, "?");
}

// As "a --> b", without why.
std::set<std::string> drawn() {
  std::set<std::string> arrows;
  for (const std::string& line : test::drawn_arrows("instance.md", "## What the host says"))
    arrows.insert(line.substr(0, line.find(':')));
  return arrows;
}

ResourceState after(ResourceState before, model::Power wanted, const model::MachineObserved& observed) {
  model::Instance instance;
  instance.spec.power = wanted;
  instance.status.state = before;
  apply_observed(instance, {.connected = true, .observed = observed}, "2026-01-01T00:00:00Z");
  return instance.status.state;
}

void add_arrows(std::set<std::string>& arrows, ResourceState before, const model::MachineObserved& observed) {
  for (const model::Power wanted : all_of<model::Power>()) {
    const ResourceState next = after(before, wanted, observed);
    if (next != before) arrows.insert(name_of(before) + " --> " + name_of(next));
  }
}

TEST_CASE("what the host says leads where docs/states/instance.md draws it") {
  std::set<std::string> coded;
  for (const ResourceState before :
       {ResourceState::creating, ResourceState::active, ResourceState::updating, ResourceState::error}) {
    for (const PowerState power : all_of<PowerState>()) {
      for (const bool exists : {false, true}) {
        for (const char* error : {"", "no room"})
          add_arrows(coded, before, {.power_state = power, .exists = exists, .error = error});
      }
    }
  }
  REQUIRE_FALSE(coded.empty());
  CHECK(coded == drawn());
}

TEST_CASE("a host that is not connected changes no state") {
  for (const ResourceState before : all_of<ResourceState>()) {
    model::Instance instance;
    instance.status.state = before;
    instance.status.host = "h1";
    apply_observed(instance, {}, "2026-01-01T00:00:00Z");
    CHECK(instance.status.state == before);
    CHECK(instance.status.conditions.front().reason == "HostUnreachable");
  }
}

}  // namespace
}  // namespace hanse::zone
