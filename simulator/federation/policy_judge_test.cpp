// The judge of placements: each constraint alone, against two zones that differ in all.
#include "simulator/federation/policy_judge.h"

#include <doctest/doctest.h>

namespace hanse::simulator {
namespace {

// "green" in Helsinki allows more than "dear" in Lisbon.
Sites two_sites() {
  Sites sites;
  zone::ZoneConfig& green = sites["green"].config;
  green = {
      .name = "green", .provider = "provider-1", .member_state = "FI", .latitude = 60.17, .longitude = 24.94};
  green.labels = {"iso27001"};
  green.flavours = {{.name = "arm", .vcpu = 1, .memory_mib = 256, .architecture = "aarch64"}};
  green.price_per_vcpu_hour = 0.01;
  green.carbon_grams_per_kwh = 30;
  zone::ZoneConfig& dear = sites["dear"].config;
  dear = {
      .name = "dear", .provider = "provider-2", .member_state = "PT", .latitude = 38.72, .longitude = -9.14};
  dear.price_per_vcpu_hour = 0.05;
  dear.carbon_grams_per_kwh = 500;
  return sites;
}

model::ReplicaAssignment replica_in(const std::string& zone, std::int32_t index) {
  return {.index = index, .instance = fmt::format("web-{}", index), .zone = zone};
}

struct PolicyCase {
  Sites sites = two_sites();
  Workloads workloads;
  model::WorkloadSpec spec;

  void add(const std::string& workload, const std::string& zone) {
    model::Workload& known = workloads[workload];
    known.status.replicas.push_back(
        replica_in(zone, static_cast<std::int32_t>(known.status.replicas.size()) + 1));
  }
  bool allows(const std::string& zone) const {
    const model::ReplicaAssignment replica = replica_in(zone, 0);
    const auto others = workloads.find("web");
    const model::Workload alone;
    return !against_policy(
        {sites, workloads, others == workloads.end() ? alone : others->second, spec, replica, "green"});
  }
  bool allows_green_only() const { return allows("green") && !allows("dear"); }
};

TEST_CASE("without a policy a replica may be anywhere") {
  const PolicyCase all;
  CHECK(all.allows("green"));
  CHECK(all.allows("dear"));
}

TEST_CASE("each constraint on a zone leaves out the one that does not satisfy it") {
  const auto allows_green_only = [](auto set) {
    PolicyCase one;
    set(one.spec.placement);
    return one.allows_green_only();
  };
  CHECK(allows_green_only([](auto& policy) { policy.zones = {"green"}; }));
  CHECK(allows_green_only([](auto& policy) { policy.member_states = {"FI", "NO"}; }));
  CHECK(allows_green_only([](auto& policy) { policy.providers = {"provider-1"}; }));
  CHECK(allows_green_only([](auto& policy) { policy.architecture = "aarch64"; }));
  CHECK(allows_green_only([](auto& policy) { policy.certifications = {"iso27001"}; }));
  CHECK(allows_green_only([](auto& policy) { policy.latency = {{.to = "Frankfurt", .below_ms = 30}}; }));
  CHECK(allows_green_only([](auto& policy) { policy.latency = {{.to = "green", .below_ms = 10}}; }));
  CHECK(allows_green_only([](auto& policy) { policy.max_euro_per_hour = 0.2; }));
  CHECK(allows_green_only([](auto& policy) { policy.max_grams_co2_per_kwh = GramsPerKwh{250}; }));
}

TEST_CASE("a place without a bound and a bound above all that is measured allow everything") {
  PolicyCase far;
  far.spec.placement.latency = {{.to = "Oslo"}, {.to = "green", .below_ms = 1000}};
  CHECK(far.allows("dear"));
}

TEST_CASE("the neighbours count where their replicas are") {
  PolicyCase near;
  near.add("cache", "green");
  near.spec.placement.affinity = {"cache"};
  CHECK(near.allows_green_only());
  PolicyCase away;
  away.add("cache", "dear");
  away.spec.placement.anti_affinity = {"cache"};
  CHECK(away.allows_green_only());
}

TEST_CASE("a spread leaves out where another replica is, and a number for each zone what is beyond it") {
  for (const auto spread : {model::Spread::zone, model::Spread::provider, model::Spread::member_state}) {
    PolicyCase one;
    one.add("web", "dear");
    one.spec.placement.spread = spread;
    CHECK(one.allows_green_only());
  }
  PolicyCase each;
  each.add("web", "dear");
  each.spec = {.replicas = 1, .placement = {.per_zone = true}};
  CHECK(each.allows_green_only());
  each.spec.replicas = 2;
  CHECK(each.allows("dear"));
}

TEST_CASE("what is being deleted counts nowhere") {
  PolicyCase one;
  one.add("web", "dear");
  one.workloads["web"].status.replicas.front().deleting = true;
  one.spec.placement.spread = model::Spread::zone;
  CHECK(one.allows("dear"));
}

}  // namespace
}  // namespace hanse::simulator
