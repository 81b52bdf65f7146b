// What users ask of placement: why the replicas of a workload are where they are.
#include <doctest/doctest.h>
#include <string>

#include "tests/api/api_service.h"
#include "tests/support/zone_fixture.h"

namespace hanse::api {
namespace {

using test::Answer;
using test::ApiService;
using test::As;

constexpr char kWorkloadPath[] =
    "/providers/hanse.workload/v1/tenants/default/workspaces/default/workloads/web";
constexpr char kExplanationPath[] =
    "/providers/hanse.placement/v1/tenants/default/workspaces/default/workloads/web/explanation";

TEST_CASE("a user asks why the replicas of a workload are where they are") {
  ApiService service;
  service.config.price_per_vcpu_hour = 0.05;
  REQUIRE(service.ask(As::user, "PUT", test::kSkus + "/small", test::kSmallSku).status == 201);
  REQUIRE(service.run(service.tables.hosts.update({.name = "h1"}, [](model::Host& changed) -> Status {
    changed.status.inventory = {.vcpu = {4}, .memory_mib = {1024}, .architecture = "x86_64"};
    return {};
  })));
  const test::ScriptedHost host(service.world.runtime, service.hosts, "h1");
  service.settle();
  CHECK(service.ask(As::user, "GET", kExplanationPath).status == 404);
  const std::string workload =
      R"({"spec":{"replicas":1,"placement":{"memberStates":["FI"],"weights":{"price":1}},"instance":{"spec":{"skuRef":"skus/small",
          "bootVolume":{"sourceImageRef":"images/debian"}}}}})";
  REQUIRE(service.ask(As::user, "PUT", kWorkloadPath, workload).status == 201);
  const Answer answer = service.ask(As::user, "GET", kExplanationPath);
  CHECK(answer.status == 200);
  CHECK(answer.text("/workload") == "web");
  CHECK(answer.text("/omitted") == "0");
  CHECK(answer.text("/replicas/0/instance") == "web-0");
  CHECK(answer.text("/replicas/0/zone").empty());
  CHECK(answer.text("/replicas/0/zones/why") == "'north' is the only zone that qualifies");
  CHECK(answer.text("/replicas/0/zones/candidates/0/scores/0/text") == "0.05 EUR/h (own list)");
  CHECK(answer.text("/replicas/0/zones/candidates/1/name") == "south");
  CHECK(answer.text("/replicas/0/zones/candidates/1/rejections/0/constraint") == "memberStates");
  CHECK(answer.text("/replicas/0/hosts/chosen") == "h1");
  CHECK(answer.text("/replicas/0/hosts/why").starts_with("'h1' fits best: of 1 host"));
}

TEST_CASE("who may not read a workload is not told why it is where it is") {
  ApiService service;
  CHECK(service.ask(As::nobody, "GET", kExplanationPath).status == 401);
  CHECK(service.ask(As::host, "GET", kExplanationPath).status == 403);
  CHECK(service.ask(As::peer, "GET", kExplanationPath).status == 403);
}

}  // namespace
}  // namespace hanse::api
