#include "placement/packing/configuration_bound.h"

#include <doctest/doctest.h>
#include <random>
#include <utility>

namespace hanse::placement::packing {
namespace {

constexpr Size kHost{.vcpu = {8}, .memory = {8192}};

Size gib(std::int64_t vcpu, std::int64_t memory) {
  return {.vcpu = {vcpu}, .memory = {memory * 1024}};
}

Certificate prove(std::vector<Size> shapes, const std::vector<std::int64_t>& demand) {
  return ConfigurationBound({{kHost}}, std::move(shapes)).prove(demand);
}

TEST_CASE("the bound knows what the totals do not") {
  CHECK(prove({gib(5, 1)}, {10}).at_least == 10);
  CHECK(prove({gib(5, 1), gib(1, 5)}, {10, 10}).at_least == 10);
  CHECK(prove({gib(3, 3)}, {5}).at_least == 3);
  CHECK(prove({gib(3, 3), gib(2, 2)}, {6, 3}).at_least == 3);
  CHECK(prove({gib(3, 3), gib(2, 2)}, {6, 3}).at_most == 3);
  CHECK(prove({gib(1, 1)}, {0}).at_least == 0);
}

// Every way to fill what is left of the host, found by trying all.
std::int64_t dearest(Size left, const std::vector<Size>& shapes, const std::vector<std::int64_t>& prices,
                     std::size_t first = 0) {
  std::int64_t best = 0;
  for (std::size_t shape = first; shape < shapes.size(); ++shape) {
    if (!shapes[shape].fits_into(left)) continue;
    best = std::max(best, prices[shape] + dearest(left - shapes[shape], shapes, prices, shape));
  }
  return best;
}

TEST_CASE("a certificate's prices hold against every configuration, and one object answers in turn") {
  const std::vector<Size> shapes = {gib(1, 1), gib(2, 3), gib(3, 1), gib(1, 4), gib(5, 2)};
  ConfigurationBound bound({{kHost}}, shapes);
  std::mt19937 random(7);
  for (int round = 0; round < 30; ++round) {
    CAPTURE(round);
    std::vector<std::int64_t> demand;
    for (std::size_t shape = 0; shape < shapes.size(); ++shape) demand.push_back(random() % 41);
    const Certificate certificate = bound.prove(demand);
    REQUIRE(certificate.worths.size() == 1);
    const std::int64_t best_worth = certificate.worths[0];
    CHECK(dearest(kHost, shapes, certificate.prices) == best_worth);
    std::int64_t worth = 0;
    for (std::size_t shape = 0; shape < shapes.size(); ++shape)
      worth += demand[shape] * certificate.prices[shape];
    CHECK(certificate.at_least * best_worth >= worth);
    CHECK((certificate.at_least - 1) * best_worth < worth);
    CHECK(certificate.at_least <= certificate.at_most);
    CHECK(certificate.at_most <= certificate.at_least + static_cast<std::int64_t>(shapes.size()));
    CHECK(prove(shapes, demand).at_least == certificate.at_least);
  }
}

TEST_CASE("of several kinds the large ones are worth more, as far as there are some") {
  const Size large{.vcpu = {16}, .memory = {16384}};
  const auto hosts = [&](std::int64_t large_ones, std::int64_t small_ones, std::int64_t demand) {
    return ConfigurationBound({{large, large_ones}, {kHost, small_ones}}, {gib(4, 4)})
        .prove({demand})
        .at_least;
  };
  CHECK(hosts(10, 10, 8) == 2);
  CHECK(hosts(1, 10, 8) == 3);
  CHECK(hosts(0, 10, 8) == 4);
  CHECK(hosts(2, 10, 9) == 3);
  // The large kind can hold what the small one cannot.
  CHECK(ConfigurationBound({{large, 3}, {kHost, 100}}, {gib(9, 9), gib(8, 8)}).prove({3, 4}).at_least == 7);
}

TEST_CASE("a proof that may not take long proves less, and nothing wrong") {
  const std::vector<Size> shapes = {gib(1, 1), gib(2, 3), gib(3, 1), gib(1, 4), gib(5, 2)};
  const std::vector<std::int64_t> demand = {30, 20, 25, 10, 15};
  const std::int64_t all = ConfigurationBound({{kHost}}, shapes).prove(demand).at_least;
  const std::int64_t once = ConfigurationBound({{kHost}}, shapes, 1).prove(demand).at_least;
  CHECK(once > 0);
  CHECK(once <= all);
  CHECK(ConfigurationBound({{kHost}}, shapes, 0).prove(demand).at_least == 0);
}

}  // namespace
}  // namespace hanse::placement::packing
