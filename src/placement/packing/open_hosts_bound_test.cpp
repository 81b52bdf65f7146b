// What is proved against fleets that exist: whoever packed them used no fewer hosts.
#include "placement/packing/open_hosts_bound.h"

#include <doctest/doctest.h>
#include <random>
#include <rapidcheck.h>

namespace hanse::placement::packing {
namespace {

// For one or two looks at the worst of the fleets below, and many at most of them.
constexpr std::int64_t kWork = 1'000'000;

// Instances put into hosts at random, as long as they fit.
struct Packed {
  std::vector<HostKind> hosts;
  std::vector<Demand> demands;
  std::int64_t open = 0;
};

Packed any_packing(std::uint32_t seed, bool round_sizes) {
  std::mt19937 engine(seed);
  const auto below = [&engine](std::int64_t bound) { return static_cast<std::int64_t>(engine()) % bound; };
  Packed packed;
  const std::int64_t kinds = 1 + below(3);
  for (std::int64_t number = below(20); number >= 0; --number) {
    const std::int64_t kind = below(kinds) + 1;
    Size free{.vcpu = {8 * kind}, .memory = {32'768 * kind - (round_sizes ? 0 : below(500))}};
    packed.hosts.push_back({free, 1});
    const std::int64_t tries = below(3) == 0 ? 0 : below(40);
    bool open = false;
    for (std::int64_t instance = 0; instance < tries; ++instance) {
      const Size size{.vcpu = {1 + below(4)},
                      .memory = {round_sizes ? 512 * (1 + below(24)) : 1 + below(9000)}};
      if (!size.fits_into(free)) continue;
      free = free - size;
      packed.demands.push_back({size, 1});
      open = true;
    }
    packed.open += open ? 1 : 0;
  }
  return packed;
}

TEST_CASE("no fleet is open with fewer hosts than is proved, whatever its sizes") {
  std::int64_t proved = 0;
  CHECK(rc::check("bound_open_hosts is a lower bound", [&proved](std::uint32_t seed) {
    const Packed packed = any_packing(seed, seed % 4 != 0);
    const OpenHostsBound bound = bound_open_hosts(packed.hosts, packed.demands, kWork);
    RC_ASSERT(bound.at_least <= packed.open);
    RC_ASSERT((bound.at_least > 0) == (packed.open > 0));
    proved += bound.at_least;
  }));
  CHECK(proved > 100);
}

TEST_CASE("what no host can hold is left out, and an empty fleet needs nothing") {
  const Size host{.vcpu = {8}, .memory = {8192}};
  const OpenHostsBound bound =
      bound_open_hosts({{host, 2}}, {{{.vcpu = {9}, .memory = {1}}, 3}, {{.vcpu = {5}, .memory = {512}}, 2}});
  CHECK(bound.left_out == 3);
  CHECK(bound.at_least == 2);
  CHECK(bound_open_hosts({}, {{host, 1}}).left_out == 1);
  CHECK(bound_open_hosts({{host, 5}}, {}).at_least == 0);
}

TEST_CASE("sizes beyond the limits are joined, and the rest is still proved") {
  std::vector<HostKind> hosts;
  std::vector<Demand> demands;
  for (std::int64_t i = 0; i < 100; ++i) {
    hosts.push_back({{.vcpu = {6 + i % 5}, .memory = {250'000 + 17 * i}}, 1});
    demands.push_back({{.vcpu = {3 + i % 3}, .memory = {100'000 + 310 * i}}, 1});
  }
  const OpenHostsBound bound = bound_open_hosts(hosts, demands, kWork);
  CHECK(bound.left_out > 0);
  CHECK(bound.left_out < 60);
  CHECK(bound.at_least >= 20);
  CHECK(bound.at_least <= 50);
}

}  // namespace
}  // namespace hanse::placement::packing
