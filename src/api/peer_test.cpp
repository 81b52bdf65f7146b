// What a peer may do: bring what its workload needs, put and take away the workload's instances, and speak
// about transfers.
#include <doctest/doctest.h>
#include <string>

#include "tests/api/api_service.h"

namespace hanse::api {
namespace {

using test::Answer;
using test::ApiService;
using test::As;
using test::kInstances;
using test::kSkus;

std::string instance_of(const std::string& workload) {
  return R"({"annotations":{"hanse/workload":")" + workload +
         R"("},"spec":{"skuRef":"skus/small","bootVolume":{"sourceImageRef":"images/debian"}}})";
}

std::string southern() {
  return instance_of("south/default/default/web#0");
}

TEST_CASE("a peer brings a SKU but does not change one") {
  ApiService service;
  const std::string path = kSkus + "/small";
  CHECK(service.ask(As::peer, "PUT", path, test::kSmallSku).status == 201);
  CHECK(service.ask(As::peer, "PUT", path, test::kSmallSku).status == 200);
  const Answer refused = service.ask(As::peer, "PUT", path, R"({"spec":{"vcpu":8,"memoryMib":256}})");
  CHECK(refused.status == 409);
  CHECK(service.ask(As::user, "GET", path).text("/spec/vcpu") == "1");
  CHECK(service.ask(As::peer, "GET", path).status == 403);
  CHECK(service.ask(As::peer, "DELETE", path).status == 403);
}

TEST_CASE("a peer puts, starts, stops and deletes the instances of its own workloads") {
  ApiService service;
  REQUIRE(service.ask(As::peer, "PUT", kSkus + "/small", test::kSmallSku).status == 201);
  const std::string path = kInstances + "/web-0";
  Answer answer = service.ask(As::peer, "PUT", path, southern());
  CHECK(answer.status == 201);
  CHECK(answer.text("/status/workload") == "south/default/default/web#0");
  CHECK(service.ask(As::peer, "PUT", path, southern()).status == 200);
  CHECK(service.ask(As::peer, "GET", path).status == 200);
  CHECK(service.ask(As::peer, "POST", path + "/stop").text("/spec/power") == "stopped");
  CHECK(service.ask(As::peer, "POST", path + "/start").text("/spec/power") == "running");
  CHECK(service.ask(As::peer, "GET", kInstances).status == 403);
  CHECK(service.ask(As::peer, "DELETE", path).status == 202);
  CHECK(service.ask(As::peer, "DELETE", kInstances + "/none").status == 404);
}

TEST_CASE("a peer does not touch what is someone else's") {
  ApiService service;
  REQUIRE(service.ask(As::user, "PUT", kSkus + "/small", test::kSmallSku).status == 201);
  const std::string path = kInstances + "/web-0";
  // An own instance of this zone; its user cannot give it away by a status.
  const std::string body =
      R"({"status":{"workload":"south/x/y/z#0"},"spec":{"skuRef":"skus/small","bootVolume":{"sourceImageRef":"images/debian"}}})";
  REQUIRE(service.ask(As::user, "PUT", path, body).status == 201);
  for (const char* method : {"GET", "DELETE"}) CHECK(service.ask(As::peer, method, path).status == 403);
  for (const char* action : {"/start", "/stop", "/restart"}) {
    CHECK(service.ask(As::peer, "POST", path + action).status == 403);
  }
  CHECK(service.ask(As::peer, "PUT", path, southern()).status == 403);

  // Nor may it speak for another zone, or for a zone whose name begins alike.
  for (const char* workload : {"east/default/default/web#0", "south2/default/default/web#0", "south", ""}) {
    const Answer refused = service.ask(As::peer, "PUT", kInstances + "/web-1", instance_of(workload));
    CHECK(refused.status == 403);
    CHECK(refused.text("/sources/0/pointer") == "/annotations/hanse~1workload");
  }
  CHECK(service.ask(As::user, "GET", kInstances + "/web-1").status == 404);
}

TEST_CASE("a peer speaks about incoming transfers as itself") {
  ApiService service;
  const std::string path = "/providers/hanse.migration/v1/incoming";
  CHECK(service.ask(As::peer, "POST", path, R"({"transfer":"move-1","sourceEpoch":1})").status == 200);
  CHECK(service.ask(As::peer, "POST", path + "/move-1/wait", R"({"phase":"preparing","imagePercent":3})")
            .text("/imagePercent") == "4");
  CHECK(service.ask(As::peer, "POST", path + "/move-1/grant", R"({"epoch":2})").text("/phase") == "granted");
  CHECK(service.ask(As::peer, "DELETE", path + "/move-1").status == 204);
  CHECK(service.transfers.asked == std::vector<std::string>{"south prepares move-1", "south waits for move-1",
                                                            "south grants move-1 epoch 2",
                                                            "south aborts move-1"});
  const std::string outcomes = "/providers/hanse.migration/v1/outcomes/";
  CHECK(service.ask(As::peer, "GET", outcomes + "move-1").text("/outcome") == "committed");
  CHECK(service.ask(As::peer, "GET", outcomes + "move-2").status == 404);
  CHECK(service.ask(As::peer, "POST", path, R"({"transfer":"../etc"})").status == 400);
}

TEST_CASE("regions are this zone and its peers") {
  ApiService service;
  const Answer answer = service.ask(As::peer, "GET", "/providers/seca.region/v1/regions");
  CHECK(answer.text("/items/0/metadata/name") == "north");
  CHECK(answer.text("/items/0/spec/city") == "Oulu");
  CHECK(answer.text("/items/0/spec/endpoint") == "https://192.0.2.10:8443");
  CHECK(answer.text("/items/1/metadata/name") == "south");
  CHECK(answer.text("/items/1/spec/endpoint") == "https://192.0.2.20:8443");
  const Answer first = service.ask(As::user, "GET", "/providers/seca.region/v1/regions?limit=1");
  CHECK(first.text("/items/1") == "(nothing)");
  const std::string token = first.text("/metadata/skipToken");
  CHECK(service.ask(As::user, "GET", "/providers/seca.region/v1/regions?limit=1&skipToken=" + token)
            .text("/items/0/metadata/name") == "south");
}

}  // namespace
}  // namespace hanse::api
