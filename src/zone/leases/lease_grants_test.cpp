#include "zone/leases/lease_grants.h"

#include <doctest/doctest.h>

#include "model/host_messages.h"
#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

struct GrantsFixture : test::ZoneFixture {
  LeaseGrants grants{world.runtime, zone->tables(), "helsinki"};

  GrantsFixture() {
    model::Workload workload;
    workload.metadata = {.name = "web", .tenant = "default", .workspace = "default", .uid = "w1"};
    workload.status.replicas = {
        {.index = 0, .instance = "web-0", .zone = "b", .reservation = "r0"},
        {.index = 1, .instance = "web-1", .zone = "b", .reservation = "r1", .deleting = true, .lost = true}};
    REQUIRE(wait(zone->tables().workloads.create(workload)));
  }
  std::vector<std::string> grant(const std::string& replica, const std::string& reservation) {
    const auto answer = grants.grant({{{replica, reservation}}});
    REQUIRE(answer);
    return answer->granted;
  }
};

TEST_CASE_FIXTURE(GrantsFixture, "who came by a replica may run it, unless it was given up") {
  CHECK(grant("helsinki/default/default/web#0", "r0") == std::vector<std::string>{"r0"});
  CHECK(grant("helsinki/default/default/web#0", "other").empty());
  CHECK(grant("helsinki/default/default/web#1", "r1").empty());  // lost
  CHECK(grant("helsinki/default/default/none#0", "r0").empty());
  CHECK(grant("oslo/default/default/web#0", "r0").empty());
  CHECK(grant("web#0", "r0").empty());
  CHECK(grant("helsinki/default/default/web", "r0").empty());
  CHECK_FALSE(grants.grant({std::vector<model::ReplicaClaim>(model::kMaxReplicaClaims + 1)}));
}

TEST_CASE_FIXTURE(GrantsFixture, "it is over when it was not granted for so long, and never while it is") {
  const Nanos whole = model::kReplicaLease + model::kLeaseMargin;
  CHECK_FALSE(grants.is_over("r0"));  // a run before this one may have granted it
  pass(whole);
  CHECK(grants.is_over("r0"));
  CHECK(grant("helsinki/default/default/web#0", "r0").size() == 1);
  pass(whole - Seconds{1});
  CHECK_FALSE(grants.is_over("r0"));
  pass(Seconds{1});
  CHECK(grants.is_over("r0"));
}

TEST_CASE_FIXTURE(GrantsFixture, "what is being given up is not granted") {
  grants.withhold("r0");
  CHECK(grant("helsinki/default/default/web#0", "r0").empty());
  grants.allow("r0");
  CHECK(grant("helsinki/default/default/web#0", "r0").size() == 1);
}

}  // namespace
}  // namespace hanse::zone
