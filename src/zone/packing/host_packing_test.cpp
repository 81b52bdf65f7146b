// What is said of a zone's packing, of fleets as they may be and of a whole zone.
#include "zone/packing/host_packing.h"

#include <doctest/doctest.h>
#include <random>
#include <rapidcheck.h>
#include <set>

#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

using placement::packing::Size;

constexpr std::int64_t kWork = 5'000'000;

// Some hosts are full, some nearly empty; some do not take part and some instances do not move.
PackedFleet any_fleet(std::uint32_t seed) {
  std::mt19937 engine(seed);
  const auto below = [&engine](std::int64_t bound) { return static_cast<std::int64_t>(engine()) % bound; };
  PackedFleet fleet;
  for (std::int64_t number = below(20); number >= 0; --number) {
    const Size capacity{{8 * (1 + below(2))}, {16'384 * (1 + below(2))}};
    PackedFleet::Host host{.name = fmt::format("h{}", number),
                           .architecture = below(5) == 0 ? "aarch64" : "x86_64",
                           .capacity = capacity,
                           .free = capacity,
                           .takes_part = below(6) != 0};
    host.capabilities = host.architecture == "x86_64" ? static_cast<std::size_t>(below(2)) : 2;
    for (std::int64_t tries = below(9); tries > 0; --tries) {
      const Size size{{1 + below(4)}, {1024 * (1 + below(6))}};
      if (!size.fits_into(host.free)) continue;
      host.free = host.free - size;
      fleet.instances.push_back({.id = {"default", "default", fmt::format("i{}", fleet.instances.size())},
                                 .host = fleet.hosts.size(),
                                 .size = size,
                                 .movable = below(8) != 0});
    }
    fleet.hosts.push_back(std::move(host));
  }
  return fleet;
}

// Carries the moves out one after the other, and says whether each could be.
bool can_be_made(PackedFleet fleet, const std::vector<model::PackingMove>& moves) {
  for (const model::PackingMove& move : moves) {
    const auto instance =
        std::ranges::find_if(fleet.instances, [&](const auto& one) { return one.id.name == move.instance; });
    if (instance == fleet.instances.end() || !instance->movable) return false;
    const auto to = std::ranges::find(fleet.hosts, move.to, &PackedFleet::Host::name);
    const PackedFleet::Host& from = fleet.hosts[instance->host];
    if (from.name != move.from || from.capabilities != to->capabilities) return false;
    if (!to->takes_part || !from.takes_part || !instance->size.fits_into(to->free)) return false;
    to->free = to->free - instance->size;
    instance->host = static_cast<std::size_t>(to - fleet.hosts.begin());
  }
  return true;
}

TEST_CASE("a report's moves can be made, keep to the budget, and leave no fewer hosts than are needed") {
  std::size_t moved = 0;
  CHECK(rc::check("report_on", [&moved](std::uint32_t seed) {
    const PackedFleet fleet = any_fleet(seed);
    const std::int64_t budget = 1 + seed % 20;
    const model::PackingReport report = report_on(fleet, budget, kWork);
    RC_ASSERT(report.at_least <= report.open_after);
    RC_ASSERT(report.open_after <= report.open_hosts);
    RC_ASSERT(static_cast<std::int64_t>(report.moves.size()) <= budget);
    RC_ASSERT(can_be_made(fleet, report.moves));
    RC_ASSERT(report.moves == plan_moves(fleet, budget));
    std::set<std::string> sources;
    for (const model::PackingMove& move : report.moves) sources.insert(move.from);
    for (const model::PackingMove& move : report.moves) RC_ASSERT(!sources.contains(move.to));
    RC_ASSERT(report.open_hosts - report.open_after == static_cast<std::int64_t>(sources.size()));
    moved += report.moves.size();
  }));
  CHECK(moved > 50);
}

TEST_CASE("the default budget is one in a hundred, and at least one") {
  PackedFleet fleet;
  CHECK(default_budget(fleet) == 1);
  fleet.instances.resize(1'234);
  CHECK(default_budget(fleet) == 12);
  fleet.instances.resize(2'000'000);
  CHECK(default_budget(fleet) == model::kMaxPackingMoves);
}

struct PackingFixture : test::ZoneFixture {
  std::map<std::string, std::unique_ptr<test::ScriptedHost>> hosts;
  HostPacking packing{world.runtime, zone->tables(), zone->hosts(), zone->capacity()};

  PackingFixture() {
    for (const char* name : {"h1", "h2", "h3"}) {
      add_host_record(name);
      hosts[name] = std::make_unique<test::ScriptedHost>(world.runtime, zone->hosts(), name);
    }
    pass(Seconds{1});
    add_sku("tiny", 256);
    add_image();
  }
  std::vector<model::PackingMove> plan(std::int64_t budget) {
    return wait(packing.plan(wait(packing.fleet()).value(), budget));
  }
  // On the host that it is bound to until it runs.
  void run(const std::string& name, const std::string& host) {
    model::Instance wanted = instance(name);
    wanted.spec.host = host;
    REQUIRE(wait(zone->frontends().instances.put(wanted, std::nullopt)));
    pass(Seconds{1});
    REQUIRE(get(name).status.power_state == model::PowerState::running);
  }
  void unbind(const std::string& name) {
    REQUIRE(wait(zone->tables().instances.update(id(name), [](model::Instance& instance) -> Status {
      instance.spec.host.reset();
      return {};
    })));
  }
};

TEST_CASE_FIXTURE(PackingFixture, "two hosts are half empty: one would do, and a move says how") {
  run("web-1", "h1");
  run("web-2", "h2");
  model::PackingReport report = wait(packing.report(std::nullopt)).value();
  CHECK(report.hosts == 3);
  CHECK(report.open_hosts == 2);
  CHECK(report.instances == 2);
  CHECK(report.at_least == 1);
  CHECK(report.ratio == 2.0);
  CHECK(report.moves.empty());  // they are bound
  unbind("web-2");
  report = wait(packing.report(std::nullopt)).value();
  CHECK(report.budget == 1);
  CHECK(report.open_after == 1);
  REQUIRE(report.moves.size() == 1);
  CHECK(report.moves[0] == model::PackingMove{"default", "default", "web-2", "h2", "h1"});
  CHECK(plan(5) == report.moves);
  hosts.erase("h1");
  pass(Seconds{1});
  CHECK(plan(5).empty());
}

TEST_CASE_FIXTURE(PackingFixture, "one question is answered at a time") {
  run("web-1", "h1");
  std::optional<Result<model::PackingReport>> first;
  Scope scope;
  REQUIRE(scope.spawn(store::test_support::keep_result(packing.report(1), first)));
  CHECK_FALSE(first.has_value());
  CHECK(wait(packing.report(1)).error().code == Code::resource_exhausted);
  pass(Seconds{1});
  REQUIRE(first.has_value());
  CHECK(first->value().open_hosts == 1);
  CHECK(wait(packing.report(1)));
}

}  // namespace
}  // namespace hanse::zone
