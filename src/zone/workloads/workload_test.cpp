// Workloads in one zone: that what is declared comes about, is changed one replica at a time, and goes again;
// and what is said when it cannot.
#include <algorithm>
#include <doctest/doctest.h>

#include "tests/support/zone_fixture.h"
#include "zone/workloads/explainer.h"

namespace hanse::zone {
namespace {

struct WorkloadFixture : test::ZoneFixture {
  std::unique_ptr<test::ScriptedHost> host;

  WorkloadFixture() {
    add_host_record("h1");
    host = std::make_unique<test::ScriptedHost>(world.runtime, zone->hosts(), "h1");
    pass(Seconds{1});
    add_sku();
    add_image();
  }

  // The host's session ends without its pings; it dials again as a host would.
  void pass_minutes(int minutes) {
    for (int i = 0; i < minutes * 6; ++i) {
      host = std::make_unique<test::ScriptedHost>(world.runtime, zone->hosts(), "h1");
      pass(Seconds{10});
    }
  }
  void put(const model::Workload& wanted) {
    REQUIRE(wait(zone->frontends().workloads.put(wanted, std::nullopt)));
  }
  model::Workload now() { return **zone->tables().workloads.get(id("web")); }
  std::size_t running() {
    const auto all = zone->tables().instances.all().value();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& instance) {
      return instance->status.power_state == model::PowerState::running;
    }));
  }
};

TEST_CASE_FIXTURE(WorkloadFixture, "replicas come, become fewer, and go with the workload") {
  put(witness_workload(3));
  pass(Seconds{10});
  CHECK(running() == 3);
  CHECK(now().status.ready == 3);
  CHECK(now().status.state == model::ResourceState::active);
  CHECK(get("web-2").status.workload == "helsinki/default/default/web#2");
  put(witness_workload(1));
  pass(Seconds{10});
  CHECK(running() == 1);
  CHECK(zone->tables().instances.get(id("web-0")));
  REQUIRE(wait(zone->frontends().workloads.request_deletion(id("web"))));
  pass(Seconds{20});
  CHECK(zone->tables().instances.all()->empty());
  CHECK_FALSE(zone->tables().workloads.get(id("web")));
}

TEST_CASE_FIXTURE(WorkloadFixture, "with another template replicas are made anew, one at a time") {
  put(witness_workload(2));
  pass(Seconds{10});
  const std::string before = get("web-0").metadata.uid;
  model::Workload changed = witness_workload(2);
  changed.spec.instance.labels["tier"] = "front";
  put(changed);
  for (int i = 0; i < 100; ++i) {
    pass(Millis{200});
    CHECK(running() >= 1);
  }
  pass(Seconds{10});
  CHECK(running() == 2);
  CHECK(get("web-0").metadata.uid != before);
  for (const char* name : {"web-0", "web-1"}) CHECK(get(name).labels.at("tier") == "front");
}

TEST_CASE_FIXTURE(WorkloadFixture,
                  "the template's power is that of all replicas, which are not made anew for it") {
  put(witness_workload(2));
  pass(Seconds{10});
  const std::string kept = get("web-0").metadata.uid;
  model::Workload changed = witness_workload(2);
  changed.spec.instance.spec.power = model::Power::stopped;
  put(changed);
  pass(Seconds{10});
  CHECK(running() == 0);
  CHECK(get("web-0").metadata.uid == kept);
  CHECK(now().status.state == model::ResourceState::active);
  CHECK(now().status.ready == 2);
  changed.spec.instance.spec.power = model::Power::running;
  put(changed);
  pass(Seconds{10});
  CHECK(running() == 2);
  CHECK(get("web-0").metadata.uid == kept);
  REQUIRE(wait(zone->instance_actions().stop(id("web-1"))));
  pass(Seconds{10});
  CHECK(running() == 2);
}

TEST_CASE_FIXTURE(WorkloadFixture, "one in each zone is one here, and the next has nowhere to go") {
  model::Workload everywhere = witness_workload(1);
  everywhere.spec.placement.per_zone = true;
  put(everywhere);
  pass(Seconds{10});
  CHECK(running() == 1);
  CHECK(now().status.state == model::ResourceState::active);
  const auto explanation = zone->explainer().explain(id("web")).value();
  REQUIRE(explanation.replicas.size() == 2);
  CHECK(explanation.replicas[0].zone == "helsinki");
  CHECK(explanation.replicas[0].hosts.has_value());
  CHECK(explanation.replicas[1].zones.chosen.empty());
  CHECK(explanation.replicas[1].zones.candidates.at(0).rejections.at(0).constraint == "perZone");
}

TEST_CASE_FIXTURE(WorkloadFixture,
                  "what the policy does not let in is said with the reason, and follows its change") {
  model::Workload elsewhere = witness_workload(1);
  elsewhere.spec.placement.member_states = {"PT"};
  put(elsewhere);
  pass(Seconds{10});
  CHECK(running() == 0);
  REQUIRE_FALSE(now().status.conditions.empty());
  CHECK(now().status.conditions.front().reason == "NoZone");
  CHECK(now().status.conditions.front().message.find("helsinki") != std::string::npos);
  elsewhere.spec.placement.member_states = {"FI"};
  put(elsewhere);
  pass(Seconds{10});
  CHECK(running() == 1);
}

TEST_CASE_FIXTURE(WorkloadFixture,
                  "one that no longer satisfies its policy is reported and goes on running") {
  put(witness_workload(1));
  pass(Seconds{10});
  model::Workload changed = witness_workload(1);
  changed.spec.placement.member_states = {"PT"};
  put(changed);
  pass(Seconds{10});
  CHECK(running() == 1);
  CHECK(now().status.conditions.front().reason == "ReplicaProblem");
  CHECK(now().status.conditions.front().message.find("violates the policy in zone 'helsinki'") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(WorkloadFixture, "an architecture that its SKU has not is said, and nothing is placed") {
  model::Workload wanted = witness_workload(1);
  wanted.spec.placement.architecture = "aarch64";
  put(wanted);
  pass(Seconds{10});
  CHECK(running() == 0);
  REQUIRE_FALSE(now().status.conditions.empty());
  CHECK(now().status.conditions.front().message ==
        "the policy asks for architecture aarch64 and SKU 'tiny' is for x86_64; change one of the two");
  wanted.spec.placement.architecture = "x86_64";
  put(wanted);
  pass(Seconds{10});
  CHECK(running() == 1);
}

TEST_CASE_FIXTURE(WorkloadFixture, "replicas that are to be spread over hosts from now on are told so") {
  put(witness_workload(2));
  pass(Seconds{10});
  REQUIRE(running() == 2);
  CHECK(get("web-0").annotations.count(model::kSpreadAnnotation) == 0);
  const std::string uid = get("web-1").metadata.uid;
  model::Workload spread = witness_workload(2);
  spread.spec.placement.spread = model::Spread::host;
  put(spread);
  pass(Seconds{10});
  // Neither is made anew for it: where they are is reported, and where they go next is chosen by it.
  CHECK(get("web-1").metadata.uid == uid);
  CHECK(get("web-0").annotations.at(model::kSpreadAnnotation) == "host");
  CHECK(now().status.conditions.front().message.find("web-1 is on host 'h1' of zone 'helsinki' with web-0") !=
        std::string::npos);
  put(witness_workload(2));
  pass(Seconds{10});
  CHECK(get("web-0").annotations.count(model::kSpreadAnnotation) == 0);
}

TEST_CASE_FIXTURE(WorkloadFixture,
                  "a replica without room waits where nothing else qualifies, and runs when there is some") {
  put(witness_workload(5));  // four fit
  pass(Seconds{10});
  CHECK(running() == 4);
  pass_minutes(1);
  CHECK(running() == 4);
  put(witness_workload(3));
  pass(Seconds{10});
  CHECK(running() == 3);
}

}  // namespace
}  // namespace hanse::zone
