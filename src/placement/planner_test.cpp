#include "placement/planner.h"

#include <doctest/doctest.h>

namespace hanse::placement {
namespace {

std::vector<ZoneCandidate> three_zones() {
  return {{.name = "helsinki", .member_state = "FI", .fits = 4},
          {.name = "lisbon", .member_state = "PT", .fits = 9},
          {.name = "warsaw", .member_state = "PL", .fits = 4}};
}

HostCandidate host(std::string name, std::int64_t vcpu, std::int64_t memory) {
  return {.name = std::move(name),
          .free_vcpu = {vcpu},
          .free_memory = {memory},
          .cpu_models = {"qemu64"},
          .machine_types = {"pc-q35-10.0"}};
}

std::string reason_for(const Decision& decision, const std::string& candidate) {
  for (const Filtered& filtered : decision.filtered) {
    if (filtered.candidate == candidate) return filtered.constraint;
  }
  return "";
}

TEST_CASE("replicas that are spread by zone take one zone each, and a fourth takes none") {
  ZoneRequest request{{.spread = model::Spread::zone}};
  auto zones = three_zones();
  std::vector<std::string> taken;
  for (int replica = 0; replica < 3; ++replica) {
    const Decision decision = choose_zone(request, zones);
    REQUIRE_FALSE(decision.chosen.empty());
    taken.push_back(decision.chosen);
    for (ZoneCandidate& zone : zones) zone.replicas += zone.name == decision.chosen ? 1 : 0;
  }
  CHECK(taken == std::vector<std::string>{"lisbon", "helsinki", "warsaw"});
  const Decision fourth = choose_zone(request, zones);
  CHECK(fourth.chosen.empty());
  CHECK(reason_for(fourth, "warsaw") == "spread");
}

TEST_CASE("each zone constraint filters by its name") {
  auto zones = three_zones();
  zones[0].reachable = false;
  zones[1].fits = 0;
  const Decision decision = choose_zone({{.member_states = {"FI", "PT"}}}, zones);
  CHECK(decision.chosen.empty());
  CHECK(reason_for(decision, "helsinki") == "reachable");
  CHECK(reason_for(decision, "lisbon") == "capacity");
  CHECK(reason_for(decision, "warsaw") == "memberStates");
  CHECK(choose_zone({{.zones = {"warsaw"}}}, three_zones()).chosen == "warsaw");
}

TEST_CASE("hosts are chosen by best fit") {
  const std::vector<HostCandidate> hosts = {host("large", 8, 8192), host("small", 2, 512),
                                            host("tight", 2, 256)};
  CHECK(choose_host({.vcpu = {1}, .memory = {192}}, hosts).chosen == "tight");
  CHECK(choose_host({.vcpu = {1}, .memory = {300}}, hosts).chosen == "small");
  CHECK(choose_host({.vcpu = {4}, .memory = {100}}, hosts).chosen == "large");
  CHECK(choose_host({.vcpu = {1}, .memory = {192}, .host = "large"}, hosts).chosen == "large");
}

TEST_CASE("each host constraint filters by its name, and the refusal says all reasons") {
  std::vector<HostCandidate> hosts = {host("a", 8, 8192), host("b", 8, 8192), host("c", 8, 8192),
                                      host("d", 1, 64)};
  hosts[0].ready = false;
  hosts[1].cpu_models = {"other"};
  hosts[2].machine_types = {"pc-q35-7.2"};
  const Decision decision = choose_host(
      {.vcpu = {1}, .memory = {192}, .cpu_model = "qemu64", .machine_type = "pc-q35-10.0"}, hosts);
  CHECK(decision.chosen.empty());
  CHECK(reason_for(decision, "a") == "ready");
  CHECK(reason_for(decision, "b") == "cpuModel");
  CHECK(reason_for(decision, "c") == "machineType");
  CHECK(reason_for(decision, "d") == "capacity");
  const Error error = why_not(decision, "instance 'web-0'");
  CHECK(error.code == Code::resource_exhausted);
  CHECK(error.message.find("d: it has 1 vCPU and 64 MiB free and 1 vCPU and 192 MiB are needed") !=
        std::string::npos);
}

TEST_CASE("replicas that are spread by host take one host each") {
  std::vector<HostCandidate> hosts = {host("tight", 2, 256), host("large", 8, 8192)};
  hosts[0].replicas = 1;
  CHECK(choose_host({.vcpu = {1}, .memory = {192}}, hosts).chosen == "tight");
  CHECK(choose_host({.vcpu = {1}, .memory = {192}, .spread_by_host = true}, hosts).chosen == "large");
  hosts[1].replicas = 1;
  const Decision third = choose_host({.vcpu = {1}, .memory = {192}, .spread_by_host = true}, hosts);
  CHECK(third.chosen.empty());
  CHECK(reason_for(third, "large") == "spread");
}

TEST_CASE("one replica in every zone: each zone that may is chosen once, and then none") {
  const ZoneRequest request{.policy = {.per_zone = true, .member_states = {"FI", "PL"}}, .replicas = 1};
  auto zones = three_zones();
  std::vector<std::string> taken;
  for (;;) {
    const Decision decision = choose_zone(request, zones);
    if (decision.chosen.empty()) break;
    taken.push_back(decision.chosen);
    for (ZoneCandidate& zone : zones) zone.replicas += zone.name == decision.chosen ? 1 : 0;
    REQUIRE(taken.size() <= zones.size());
  }
  CHECK(taken == std::vector<std::string>{"helsinki", "warsaw"});
  CHECK(reason_for(choose_zone(request, zones), "helsinki") == "perZone");
}

TEST_CASE("weights decide before replicas and room do") {
  auto zones = three_zones();
  zones[2].carbon = GramsPerKwh{10};
  zones[2].replicas = 3;
  CHECK(choose_zone({{.weights = {.carbon = 1}}}, zones).chosen == "warsaw");
  CHECK(choose_zone({{.weights = {.carbon = 1, .spread = 2}}}, zones).chosen == "lisbon");
}

TEST_CASE("no candidates are said to be none") {
  CHECK(why_not(choose_host({}, {}), "it").message == "nothing can take it: there are no candidates");
}

}  // namespace
}  // namespace hanse::placement
