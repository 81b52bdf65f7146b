#include "placement/packing/rebalance_planner.h"

#include <doctest/doctest.h>
#include <numeric>
#include <random>
#include <set>

namespace hanse::placement::packing {
namespace {

constexpr Size kPlannedHost{.vcpu = {8}, .memory = {8192}};

// A fleet by the vCPUs of the instances on each host; each vCPU has 1 GiB.
struct Fleet {
  std::vector<HostState> hosts;
  std::vector<InstanceState> instances;

  explicit Fleet(const std::vector<std::vector<std::int64_t>>& vcpus) {
    for (const auto& on_host : vcpus) {
      hosts.push_back({.capacity = kPlannedHost, .free = kPlannedHost});
      for (const std::int64_t vcpu : on_host) {
        instances.push_back({.size = {{vcpu}, {vcpu * 1024}}});
        hosts.back().add(instances.size() - 1, instances.back());
      }
    }
  }

  std::vector<Move> plan(std::size_t max_moves) const {
    return RebalancePlanner(best_fit()).plan(hosts, instances, max_moves);
  }
};

TEST_CASE("the host with the fewest instances is emptied into the best fit") {
  const Fleet fleet({{4, 2}, {1, 1, 1}, {2}});
  CHECK(fleet.plan(1) == std::vector<Move>{{.instance = 5, .from = 2, .to = 0}});
}

TEST_CASE("no host is emptied in part") {
  CHECK(Fleet({{4, 4}, {3, 3}, {1, 1, 1}}).plan(100).empty());
  CHECK(Fleet({{4, 2}, {1, 1, 1, 1}}).plan(1).empty());
  CHECK(Fleet({{4}}).plan(100).empty());
}

TEST_CASE("a host that failed takes its instances back, and others may use the room") {
  const Fleet fleet({{7}, {4, 4}, {2, 1}, {1, 3, 1}, {3, 2, 2}});
  for (const Move& move : fleet.plan(3)) {
    CHECK(move.from == 2);
    CHECK(move.to != 2);
  }
  CHECK(fleet.plan(3).size() == 2);
}

TEST_CASE("what is not movable keeps its host, and the score may forbid one") {
  Fleet fleet({{4, 2}, {1}});
  CHECK(fleet.plan(1).size() == 1);
  fleet.instances[2].movable = false;
  CHECK(fleet.plan(1).empty());
  fleet.instances[2].movable = true;
  const Score never = [](const HostState&, const InstanceState&) { return kForbidden; };
  CHECK(RebalancePlanner(never).plan(fleet.hosts, fleet.instances, 10).empty());
}

TEST_CASE("a thousand hosts that cannot be emptied do not hide one that can") {
  std::vector<std::vector<std::int64_t>> vcpus(1000, {5});
  vcpus.push_back({2, 2, 2});
  const std::vector<Move> moves = Fleet(vcpus).plan(3);
  REQUIRE(moves.size() == 3);
  for (const Move& move : moves) CHECK(move.from == 1000);
}

TEST_CASE("a size that some instances may not place is not taken for one without room") {
  const Fleet fleet({{4}, {4}, {4}, {4, 2}});
  const Score not_the_first_two = [](const HostState& host, const InstanceState& instance) {
    return instance.ends == Seconds(1) ? kForbidden : best_fit()(host, instance);
  };
  std::vector<InstanceState> instances = fleet.instances;
  instances[0].ends = instances[1].ends = Seconds(1);
  const auto moves = RebalancePlanner(not_the_first_two).plan(fleet.hosts, instances, 1);
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].from == 2);
}

TEST_CASE("random fleets: no instance moves twice, no host is overfull, every source ends empty") {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    std::minstd_rand random(seed);
    std::vector<std::vector<std::int64_t>> vcpus(30);
    for (auto& on_host : vcpus) {
      for (std::int64_t free = 8, next = 0; (next = 1 + random() % 6) <= free; free -= next)
        on_host.push_back(next);
    }
    Fleet fleet(vcpus);
    const std::size_t budget = random() % 20;
    const std::vector<Move> moves = fleet.plan(budget);
    CHECK(moves.size() <= budget);
    std::set<std::size_t> moved, sources;
    for (const Move& move : moves) {
      CHECK(moved.insert(move.instance).second);
      sources.insert(move.from);
      fleet.hosts[move.from].remove(move.instance, fleet.instances[move.instance]);
      fleet.hosts[move.to].add(move.instance, fleet.instances[move.instance]);
    }
    for (std::size_t number = 0; number < fleet.hosts.size(); ++number) {
      CHECK(fleet.hosts[number].free.vcpu.value >= 0);
      CHECK(fleet.hosts[number].is_open() != sources.contains(number));
    }
  }
}

TEST_CASE("a period's moves are its part of the hour's hundredth, rounded down") {
  CHECK(moves_due(25000, std::chrono::hours(1)) == 250);
  CHECK(moves_due(25000, std::chrono::minutes(5)) == 20);
  CHECK(moves_due(99, std::chrono::hours(1)) == 0);
  CHECK(moves_due(1000, std::chrono::minutes(30), 0.1) == 50);
}

}  // namespace
}  // namespace hanse::placement::packing
