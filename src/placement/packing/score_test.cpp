#include "placement/packing/score.h"

#include <doctest/doctest.h>

namespace hanse::placement::packing {
namespace {

using std::chrono::hours;

constexpr Size kScoredHost{.vcpu = {40}, .memory = {131072}};

HostState host_with_free(std::int64_t vcpu, std::int64_t memory, Seconds ends = {}) {
  return {.capacity = kScoredHost, .free = {{vcpu}, {memory}}, .ends = ends, .instances = {0}};
}

InstanceState instance(std::int64_t vcpu, std::int64_t memory, Seconds ends = {}) {
  return {.size = {{vcpu}, {memory}}, .ends = ends};
}

TEST_CASE("best fit leaves the least memory, then the least vCPU, and never an instance without room") {
  const std::vector<HostState> hosts = {host_with_free(1, 4096), host_with_free(40, 9000),
                                        host_with_free(9, 8000), host_with_free(8, 8000)};
  CHECK(best_open_host(hosts, instance(2, 4096), best_fit()) == 3);
  CHECK(best_open_host(hosts, instance(9, 4096), best_fit()) == 2);
  CHECK(best_open_host(hosts, instance(1, 4096), best_fit()) == 0);
  CHECK(best_open_host(hosts, instance(2, 9001), best_fit()) == std::nullopt);
}

TEST_CASE("a host without instances is not open, and a forbidden one is not taken") {
  std::vector<HostState> hosts = {host_with_free(2, 2048), host_with_free(8, 8192)};
  hosts[0].instances.clear();
  CHECK(best_open_host(hosts, instance(1, 1024), best_fit()) == 1);
  const Score never = [](const HostState&, const InstanceState&) { return kForbidden; };
  CHECK(best_open_host(hosts, instance(1, 1024), never) == std::nullopt);
}

TEST_CASE("the price is the scarce resource's, and halves when both are used alike") {
  const ShadowPrice even = shadow_price({{20}, {65536}}, kScoredHost);
  CHECK(even.vcpu == doctest::Approx(0.5));
  CHECK(even.memory == doctest::Approx(0.5));
  const ShadowPrice scarce_vcpu = shadow_price({{36}, {65536}}, kScoredHost);
  CHECK(scarce_vcpu.vcpu > 0.9);
  CHECK(scarce_vcpu.vcpu + scarce_vcpu.memory == doctest::Approx(1));
  CHECK(shadow_price({}, kScoredHost).vcpu == doctest::Approx(0.5));
}

TEST_CASE("at a price, what is cheap may be left lying about") {
  const std::vector<HostState> hosts = {host_with_free(16, 16384), host_with_free(8, 65536)};
  CHECK(best_open_host(hosts, instance(8, 14336), least_worth_left({.vcpu = 1, .memory = 0})) == 1);
  CHECK(best_open_host(hosts, instance(8, 14336), least_worth_left({.vcpu = 0, .memory = 1})) == 0);
}

TEST_CASE("an instance goes where it does not keep a host longer, if the hosts fit alike") {
  const std::vector<HostState> alike = {host_with_free(8, 8192, hours(1)),
                                        host_with_free(9, 8192, hours(30))};
  const Score score = with_lifetimes(least_worth_left({}));
  CHECK(best_open_host(alike, instance(2, 2048, hours(20)), score) == 1);
  CHECK(best_open_host(alike, instance(2, 2048, hours(1)), score) == 0);
  const std::vector<HostState> unlike = {host_with_free(2, 2048, hours(1)),
                                         host_with_free(40, 65536, hours(30))};
  CHECK(best_open_host(unlike, instance(2, 2048, hours(20)), score) == 0);
  CHECK(best_open_host(unlike, instance(2, 2048, hours(20)), with_lifetimes(least_worth_left({}), 1)) == 1);
}

TEST_CASE("a host's state follows what is put on it and taken off") {
  HostState host{.capacity = kScoredHost, .free = kScoredHost};
  host.add(7, instance(2, 4096, hours(3)));
  host.add(9, instance(1, 1024, hours(2)));
  CHECK(host.free == Size{{37}, {131072 - 5120}});
  CHECK(host.ends == hours(3));
  host.remove(7, instance(2, 4096));
  CHECK(host.instances == std::vector<std::size_t>{9});
  host.remove(9, instance(1, 1024));
  CHECK_FALSE(host.is_open());
  CHECK(host.free == kScoredHost);
  CHECK(host.ends == Seconds{});
}

}  // namespace
}  // namespace hanse::placement::packing
