#include "api/resource_routes.h"

#include <doctest/doctest.h>
#include <string>

#include "tests/api/api_service.h"

namespace hanse::api {
namespace {

using test::Answer;
using test::ApiService;
using test::As;
using test::kSkus;
using test::kSmallSku;

TEST_CASE("a resource is created, read, replaced under a lock, and deleted") {
  ApiService service;
  const std::string path = kSkus + "/small";
  Answer answer = service.ask(As::user, "PUT", path, kSmallSku);
  CHECK(answer.status == 201);
  CHECK(answer.text("/metadata/name") == "small");
  CHECK(answer.text("/metadata/tenant") == "default");
  CHECK(answer.text("/metadata/region") == "north");
  const std::string first = answer.text("/metadata/resourceVersion");

  answer = service.ask(As::user, "GET", path);
  CHECK(answer.status == 200);
  CHECK(answer.text("/spec/vcpu") == "1");
  CHECK(answer.text("/metadata/resourceVersion") == first);

  // What was read can be sent back, with a change; what is the zone's own in it is ignored.
  answer.body.at("labels").get_object()["tier"] = "web";
  answer.body.at("status").get_object()["state"] = "error";
  answer.body.at("metadata").get_object()["uid"] = "mine";
  http::Request put = service.request(As::user, "PUT", path, json::dump(answer.body));
  put.headers.set("If-Unmodified-Since", first);
  answer = service.ask(put);
  CHECK(answer.status == 200);
  CHECK(answer.text("/labels/tier") == "web");
  CHECK(answer.text("/status/state") == "pending");
  CHECK(answer.text("/metadata/uid") != "mine");

  put.body = kSmallSku;
  answer = service.ask(put);  // with the version that is stale by now
  CHECK(answer.status == 409);
  CHECK(answer.text("/type") == "https://hanse.dev/problems/aborted");
  CHECK(service.ask(As::user, "GET", path).text("/labels/tier") == "web");

  http::Request remove = service.request(As::user, "DELETE", path);
  remove.headers.set("If-Unmodified-Since", first);
  CHECK(service.ask(remove).status == 409);
  answer = service.ask(As::user, "DELETE", path);
  CHECK(answer.status == 202);
  CHECK(answer.text("/status/state") == "deleting");
  CHECK(service.ask(As::user, "DELETE", kSkus + "/other").status == 404);
}

TEST_CASE("every kind can be put, got, listed and deleted") {
  ApiService service;
  REQUIRE(service.ask(As::user, "PUT", kSkus + "/small", kSmallSku).status == 201);
  const std::string storage = "/providers/seca.storage/v1/tenants/default";
  const std::string blob = R"({"role":"disk","size":9,"digest":"sha256:)" + std::string(64, 'a') + "\"}";
  const std::string instance = R"({"skuRef":"skus/small","bootVolume":{"sourceImageRef":"images/debian"}})";
  const std::pair<std::string, std::string> kinds[] = {
      {"/providers/seca.workspace/v1/tenants/default/workspaces", "{}"},
      {kSkus, R"({"vcpu":1,"memoryMib":256})"},
      {storage + "/skus", "{}"},
      {storage + "/images", R"({"virtualSizeMib":1,"blobs":[)" + blob + "]}"},
      {test::kInstances, instance},
      {"/providers/hanse.workload/v1/tenants/default/workspaces/default/workloads",
       R"({"replicas":1,"instance":{"spec":)" + instance + "}}"}};
  for (const auto& [collection, spec] : kinds) {
    CAPTURE(collection);
    const Answer made = service.ask(As::user, "PUT", collection + "/thing", "{\"spec\":" + spec + "}");
    CHECK(made.status == 201);
    CAPTURE(made.text("/detail"));
    CHECK(service.ask(As::user, "GET", collection + "/thing").text("/metadata/name") == "thing");
    CHECK(service.ask(As::user, "GET", collection).text("/items/0/metadata/region") == "north");
    CHECK(service.ask(As::user, "DELETE", collection + "/thing").status == 202);
  }
  REQUIRE(service.ask(As::user, "PUT", storage + "/skus/local", "{}").status == 201);
  CHECK(service
            .ask(As::user, "PUT", storage + "/workspaces/default/block-storages/data",
                 R"({"spec":{"sizeMib":8,"skuRef":"skus/local"}})")
            .status == 201);
  CHECK(service.ask(As::user, "PUT", "/providers/hanse.host/v1/hosts/h1", R"({"spec":{"schedulable":false}})")
            .status == 200);
  CHECK(service.ask(As::user, "PUT", "/providers/hanse.host/v1/hosts/h9", "{}").status == 400);
}

TEST_CASE("a list comes in pages and by labels") {
  ApiService service;
  for (int i = 0; i < 5; ++i) {
    const std::string body = fmt::format(
        R"({{"labels":{{"parity":"{}"}},"spec":{{"vcpu":1,"memoryMib":256}}}})", i % 2 ? "odd" : "even");
    REQUIRE(service.ask(As::user, "PUT", fmt::format("{}/sku-{}", kSkus, i), body).status == 201);
  }
  REQUIRE(service.ask(As::user, "PUT", "/providers/seca.compute/v1/tenants/other/skus/foreign", kSmallSku)
              .status == 201);

  std::string names;
  std::string token;
  int pages = 0;
  do {
    const Answer page = service.ask(
        As::user, "GET",
        kSkus + "?limit=2" +
            codec::encode_query(token.empty() ? codec::Query{} : codec::Query{{"skipToken", token}})
                .replace(0, token.empty() ? 0 : 1, token.empty() ? "" : "&"));
    REQUIRE(page.status == 200);
    for (const json::Value& item : page.body.at("items").get_array()) {
      names += std::string(item.at("metadata").at("name").get_string()) + " ";
    }
    token = page.text("/metadata/skipToken");
    ++pages;
  } while (!token.empty());
  CHECK(names == "sku-0 sku-1 sku-2 sku-3 sku-4 ");
  CHECK(pages == 3);

  const Answer odd = service.ask(As::user, "GET", kSkus + "?labels=parity%3Dodd");
  CHECK(odd.body.at("items").get_array().size() == 2);
  CHECK(odd.text("/items/1/metadata/name") == "sku-3");
}

std::string read_all(ApiService& service, http::BodySource body, std::size_t room) {
  std::string text;
  std::vector<std::byte> buffer(room);
  for (;;) {
    const auto got = service.run(body.read(buffer));
    REQUIRE(got);
    if (*got == 0) return text;
    text.append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
}

TEST_CASE("a list that is longer than a page is sent in parts, and is the same as by pages") {
  ApiService service;
  for (int i = 0; i < 500; ++i)
    REQUIRE(service.ask(As::user, "PUT", fmt::format("{}/sku-{:03}", kSkus, i), kSmallSku).status == 201);
  const auto listed = [&](const std::string& query, std::size_t room) {
    http::Reply reply = service.reply(service.request(As::user, "GET", kSkus + query));
    CHECK(reply.response.headers.get("Content-Type") == "application/json");
    REQUIRE(reply.body);
    CHECK_FALSE(reply.body->length);
    return read_all(service, std::move(*reply.body), room);
  };
  const std::string page = json::dump(service.ask(As::user, "GET", kSkus + "?limit=1000").body);
  CHECK(listed("?limit=1001", 1 << 20) == page);
  CHECK(listed("?limit=1001", 7) == page);
  CHECK(listed("?limit=1001&labels=none", 100) == R"({"items":[],"metadata":{"skipToken":""}})");
}

TEST_CASE("an empty list is a list") {
  ApiService service;
  CHECK(json::dump(service.ask(As::user, "GET", test::kInstances).body) ==
        R"({"items":[],"metadata":{"skipToken":""}})");
}

}  // namespace
}  // namespace hanse::api
