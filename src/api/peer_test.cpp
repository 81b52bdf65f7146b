// What a peer may do: bring what its workload needs, put and take away the workload's instances, and speak
// about transfers.
#include <doctest/doctest.h>
#include <string>

#include "tests/api/api_service.h"
#include "tests/support/zone_fixture.h"

namespace hanse::api {
namespace {

using test::Answer;
using test::ApiService;
using test::As;
using test::kInstances;
using test::kSkus;

std::string instance_of(const std::string& workload, const std::string& reservation = "r1") {
  return R"({"annotations":{"hanse/reservation":")" + reservation + R"(","hanse/workload":")" + workload +
         R"("},"spec":{"skuRef":"skus/small","bootVolume":{"sourceImageRef":"images/debian"}}})";
}

std::string southern(const std::string& reservation = "r1") {
  return instance_of("south/default/default/web#0", reservation);
}

constexpr char kReservations[] = "/providers/hanse.placement/v1/reservations";

std::string reservation(const std::string& id, const std::string& name = "web-0") {
  return R"({"id":")" + id + R"(","tenant":"default","workspace":"default","name":")" + name +
         R"(","workload":"south/default/default/web#0","flavour":"small","sku":{"vcpu":1,"memoryMib":256}})";
}

// By which a replica is put, after the answer to a request with this id.
std::string reserved(const std::string& id, const Answer& answer) {
  REQUIRE(answer.status == 200);
  return id + "-" + answer.text("/token");
}

// Hosts with room, and a policy by which 'south' may have two vCPU here.
struct Roomy : ApiService {
  std::unique_ptr<test::ScriptedHost> host;

  Roomy() {
    REQUIRE(run(tables.hosts.update({.name = "h1"}, [](model::Host& changed) -> Status {
      changed.status.inventory = {.vcpu = {4}, .memory_mib = {1024}, .architecture = "x86_64"};
      return {};
    })));
    host = std::make_unique<test::ScriptedHost>(world.runtime, hosts, "h1");
    settle();
    REQUIRE(
        run(membership.set_policy("[[peers]]\nname = \"south\"\n[peers.accepts]\ntenants = [\"default\"]\n"
                                  "flavours = [\"small\"]\nmax_vcpu = 2\nmax_memory_mib = 4096\n")));
    REQUIRE(ask(As::peer, "PUT", kSkus + "/small", test::kSmallSku).status == 201);
  }
};

TEST_CASE("a peer puts an instance by a reservation, and by each but once") {
  Roomy service;
  const std::string path = kInstances + "/web-0";
  Answer answer = service.ask(As::peer, "PUT", path, southern());
  CHECK(answer.status == 412);
  CHECK(answer.text("/detail").find("holds no reservation 'r1'") != std::string::npos);
  answer = service.ask(As::peer, "POST", kReservations, reservation("r1"));
  CHECK(answer.status == 200);
  CHECK(answer.text("/expiresInSeconds") == "60");
  const std::string name = reserved("r1", answer);
  CHECK(reserved("r1", service.ask(As::peer, "POST", kReservations, reservation("r1"))) == name);
  CHECK(service.reservations.size() == 1);
  CHECK(service.ask(As::peer, "PUT", kInstances + "/web-1", southern(name)).status ==
        412);  // it is for web-0
  CHECK(service.ask(As::peer, "PUT", path, southern(name)).status == 201);
  CHECK(service.reservations.size() == 0);
}

TEST_CASE("what a peer asks for once more, late, holds room that nobody can use") {
  Roomy service;
  const std::string name = reserved("r1", service.ask(As::peer, "POST", kReservations, reservation("r1")));
  REQUIRE(service.ask(As::peer, "DELETE", std::string(kReservations) + "/" + name).status == 204);
  const std::string late = reserved("r1", service.ask(As::peer, "POST", kReservations, reservation("r1")));
  CHECK(late != name);
  CHECK(service.ask(As::peer, "PUT", kInstances + "/web-0", southern(name)).status == 412);
}

TEST_CASE("a peer removes a replica by what it was put by, and not the next one of its name") {
  Roomy service;
  const std::string path = kInstances + "/web-0";
  const std::string name = reserved("r1", service.ask(As::peer, "POST", kReservations, reservation("r1")));
  REQUIRE(service.ask(As::peer, "PUT", path, southern(name)).status == 201);
  CHECK(service.ask(As::peer, "DELETE", path + "?reservation=r0-earlier").status == 404);
  // Nor is it changed by what was to make an earlier one.
  const Answer late = service.ask(As::peer, "PUT", path, southern("r0-earlier"));
  CHECK(late.status == 412);
  CHECK(late.text("/detail").find("by another reservation") != std::string::npos);
  CHECK(service.ask(As::peer, "GET", path).text("/metadata/deletedAt") == "(nothing)");
  CHECK(service.ask(As::peer, "DELETE", path + "?reservation=" + name).status == 202);
}

TEST_CASE("the room of a reservation is held, and free again when it is released or over") {
  Roomy service;
  const auto room = [&] { return service.capacity.room({.vcpu = {1}, .memory = {256}}).value().instances; };
  CHECK(room() == 4);
  const std::string name = reserved("r1", service.ask(As::peer, "POST", kReservations, reservation("r1")));
  CHECK(room() == 3);
  CHECK(service.ask(As::peer, "DELETE", std::string(kReservations) + "/" + name).status == 204);
  CHECK(service.ask(As::peer, "DELETE", std::string(kReservations) + "/" + name).status == 204);
  CHECK(room() == 4);
  CHECK(service.ask(As::peer, "PUT", kInstances + "/web-0", southern(name)).status == 412);
  REQUIRE(service.ask(As::peer, "POST", kReservations, reservation("r2")).status == 200);
  service.world.loop.run(Seconds{65});
  CHECK(service.reservations.size() == 0);
}

TEST_CASE("what is being put by a reservation is not said to be nothing") {
  Roomy service;
  const std::string name = reserved("r1", service.ask(As::peer, "POST", kReservations, reservation("r1")));
  {
    model::Instance instance;
    instance.metadata = {.name = "web-0", .tenant = "default", .workspace = "default"};
    instance.spec.sku_ref = "skus/small";
    const model::InstanceSku sku =
        *service.tables.instance_skus.get({.tenant = "default", .name = "small"}).value();
    const auto use = service.reservations.use("south", name, instance, sku);
    REQUIRE(use);
    CHECK_FALSE(service.reservations.use("south", name, instance, sku));
    CHECK(service.ask(As::peer, "DELETE", std::string(kReservations) + "/" + name).status == 503);
    service.world.loop.run(Seconds{65});  // nor does the clock end it
    CHECK(service.reservations.size() == 1);
  }
  CHECK(service.reservations.size() == 0);
  CHECK(service.ask(As::peer, "DELETE", std::string(kReservations) + "/" + name).status == 204);
}

TEST_CASE("the policy decides what a peer may reserve") {
  Roomy service;
  const std::string name = reserved("r1", service.ask(As::peer, "POST", kReservations, reservation("r1")));
  REQUIRE(service.ask(As::peer, "POST", kReservations, reservation("r2", "web-1")).status == 200);
  const Answer full = service.ask(As::peer, "POST", kReservations, reservation("r3", "web-2"));
  CHECK(full.status == 429);
  CHECK(full.text("/detail") == "zone 'south' has 2 of 2 vCPU here that the policy allows, and asks for 1");
  REQUIRE(service.run(service.membership.set_policy("")));
  REQUIRE(service.reservations.release("south", name));
  const Answer denied = service.ask(As::peer, "POST", kReservations, reservation("r4"));
  CHECK(denied.status == 403);
  std::string foreign = reservation("r5");
  foreign.replace(foreign.find("south/"), 6, "north/");
  CHECK(service.ask(As::peer, "POST", kReservations, foreign).status == 403);
}

TEST_CASE("a peer puts no other flavour than it reserved") {
  Roomy service;
  REQUIRE(service.ask(As::user, "PUT", kSkus + "/large", R"({"spec":{"vcpu":4,"memoryMib":1024}})").status ==
          201);
  const std::string name = reserved("r1", service.ask(As::peer, "POST", kReservations, reservation("r1")));
  std::string other = southern(name);
  other.replace(other.find("skus/small"), 10, "skus/large");
  const std::string path = kInstances + "/web-0";
  const Answer refused = service.ask(As::peer, "PUT", path, other);
  CHECK(refused.status == 412);
  CHECK(refused.text("/detail").find("is for 1 vCPU and 256 MiB as flavour 'small'") != std::string::npos);
  CHECK(service.ask(As::peer, "PUT", path, southern(name)).status == 201);
}

TEST_CASE("a peer brings only what the policy lets it place") {
  ApiService service;
  const std::string images = "/providers/seca.storage/v1/tenants/default/images/debian";
  const std::string image =
      R"({"spec":{"blobs":[{"role":"disk","digest":"sha256:)" + std::string(64, 'a') + R"(","size":1}]}})";
  CHECK(service.ask(As::peer, "PUT", kSkus + "/small", test::kSmallSku).status == 403);
  CHECK(service.ask(As::peer, "PUT", images, image).status == 403);
  REQUIRE(
      service.run(service.membership.set_policy("[[peers]]\nname = \"south\"\n[peers.accepts]\n"
                                                "tenants = [\"default\"]\nflavours = [\"tiny\"]\n")));
  CHECK(service.ask(As::peer, "PUT", kSkus + "/small", test::kSmallSku).status == 403);
  CHECK(service.ask(As::peer, "PUT", kSkus + "/tiny", test::kSmallSku).status == 201);
}

TEST_CASE("a peer's image may boot on more architectures than here, or on fewer; nothing changes here") {
  Roomy service;
  const std::string path = "/providers/seca.storage/v1/tenants/default/images/witness";
  const auto image = [](const std::string& digit, const std::string& more) {
    const std::string digest = "sha256:" + std::string(64, 'a');
    return R"({"spec":{"blobs":[{"role":"disk","digest":")" + digest + R"(","size":1}])" + more +
           (digit.empty()
                ? ""
                : R"(,"otherBoots":[{"architecture":"aarch64","blobs":[{"role":"kernel","digest":"sha256:)" +
                      std::string(64, digit[0]) + R"(","size":1}]}])") +
           "}}";
  };
  CHECK(service.ask(As::peer, "PUT", path, image("", "")).status == 201);
  CHECK(service.ask(As::peer, "PUT", path, image("b", "")).status == 200);
  CHECK(service.ask(As::user, "GET", path).text("/spec/otherBoots") == "(nothing)");
  CHECK(service.ask(As::user, "PUT", path, image("b", "")).status == 200);
  CHECK(service.ask(As::user, "GET", path).text("/spec/otherBoots/0/architecture") == "aarch64");
  CHECK(service.ask(As::peer, "PUT", path, image("", "")).status == 200);
  CHECK(service.ask(As::peer, "PUT", path, image("c", "")).status == 409);
  CHECK(service.ask(As::peer, "PUT", path, image("b", R"(,"commandLine":"x")")).status == 409);
}

TEST_CASE("a peer brings a SKU but does not change one") {
  Roomy service;
  const std::string path = kSkus + "/small";
  CHECK(service.ask(As::peer, "PUT", path, test::kSmallSku).status == 200);
  const Answer refused = service.ask(As::peer, "PUT", path, R"({"spec":{"vcpu":8,"memoryMib":256}})");
  CHECK(refused.status == 409);
  CHECK(service.ask(As::user, "GET", path).text("/spec/vcpu") == "1");
  CHECK(service.ask(As::peer, "GET", path).status == 403);
  CHECK(service.ask(As::peer, "DELETE", path).status == 403);
}

TEST_CASE("a peer puts, starts, stops and deletes the instances of its own workloads") {
  Roomy service;
  const std::string path = kInstances + "/web-0";
  const std::string name = reserved("r1", service.ask(As::peer, "POST", kReservations, reservation("r1")));
  Answer answer = service.ask(As::peer, "PUT", path, southern(name));
  CHECK(answer.status == 201);
  CHECK(answer.text("/status/workload") == "south/default/default/web#0");
  CHECK(service.ask(As::peer, "PUT", path, southern(name)).status == 200);
  CHECK(service.ask(As::peer, "GET", path).status == 200);
  CHECK(service.ask(As::peer, "POST", path + "/stop").text("/spec/power") == "stopped");
  CHECK(service.ask(As::peer, "POST", path + "/start").text("/spec/power") == "running");
  CHECK(service.ask(As::peer, "GET", kInstances).status == 403);
  CHECK(service.ask(As::peer, "GET", path + "?watch=true").status == 403);
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
  CHECK(service.ask(As::peer, "POST", path + "/move-1/grant", R"({"grant":{"epoch":2}})").text("/phase") ==
        "granted");
  CHECK(service.ask(As::peer, "DELETE", path + "/move-1").status == 204);
  CHECK(service.transfers.asked == std::vector<std::string>{"south prepares move-1", "south waits for move-1",
                                                            "south grants move-1 epoch 2",
                                                            "south aborts move-1"});
  const std::string outcomes = "/providers/hanse.migration/v1/outcomes/";
  CHECK(service.ask(As::peer, "GET", outcomes + "move-1").text("/outcome") == "committed");
  CHECK(service.ask(As::peer, "GET", outcomes + "move-2").status == 404);
  CHECK(service.ask(As::peer, "POST", path, R"({"transfer":"../etc"})").status == 400);
  const std::string forecasts = "/providers/hanse.migration/v1/forecasts";
  CHECK(service.ask(As::peer, "POST", forecasts, R"({"incoming":{"instance":{"metadata":{"name":"web"}}}})")
            .status == 200);
  CHECK(service.transfers.asked.back() == "south asks about web");
  const std::string probes = "/providers/hanse.migration/v1/probes";
  CHECK(service.ask(As::peer, "POST", probes, std::string(zone::kProbeBytes, 'x')).status == 204);
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
