// Bad input, by name: each is a clear problem document and changes nothing.
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

struct Problem {
  const char* method;
  std::string target;
  std::string body;
  int status;
  std::string place;  // of sources[0]: a pointer, or the name of a parameter
};

void check(ApiService& service, const Problem& problem) {
  CAPTURE(problem.target);
  CAPTURE(problem.body.substr(0, 100));
  const store::Revision before = service.store->revision();
  const Answer answer = service.ask(As::user, problem.method, problem.target, problem.body);
  CHECK(answer.status == problem.status);
  CHECK(answer.headers.get("Content-Type") == "application/problem+json");
  CHECK(answer.text("/status") == std::to_string(problem.status));
  CHECK(answer.text("/detail").size() > 10);
  CHECK(answer.text("/type").starts_with("https://hanse.dev/problems/"));
  if (!problem.place.empty()) {
    const bool pointer = problem.place.starts_with('/');
    CHECK(answer.text(pointer ? "/sources/0/pointer" : "/sources/0/parameter") == problem.place);
  }
  CHECK(service.store->revision() == before);
}

TEST_CASE("a body that is wrong names the field") {
  ApiService service;
  const std::string path = kSkus + "/small";
  const Problem problems[] = {
      {"PUT", path, R"({"spec":{"vcpu":"two"}})", 400, "/spec/vcpu"},
      {"PUT", path, R"({"spec":{"vcpu":1,"memoryMib":256,"colour":"red"}})", 400, "/spec/colour"},
      {"PUT", path, R"({"spce":{}})", 400, "/spce"},
      {"PUT", path, R"({"spec":{"vcpu":0,"memoryMib":256}})", 400, "/spec/vcpu"},
      {"PUT", path, R"({"spec":{"vcpu":1,"memoryMib":256},"labels":{"UPPER":"x"}})", 400, "/labels/UPPER"},
      {"PUT", path, R"({"metadata":{"name":"large"},"spec":{"vcpu":1,"memoryMib":256}})", 400,
       "/metadata/name"},
      {"PUT", path, R"({"metadata":{"tenant":"acme"},"spec":{"vcpu":1,"memoryMib":256}})", 400,
       "/metadata/tenant"},
      {"PUT", path, R"({"spec":{"vcpu":1,"vcpu":2,"memoryMib":256}})", 400, ""},
      {"PUT", path, R"({"spec":{"vcpu":1,)", 400, ""},
      {"PUT", path, "", 400, ""},
      {"PUT", path, "[]", 400, "/"},
      {"PUT", kInstances + "/web",
       R"({"spec":{"skuRef":"skus/none","bootVolume":{"sourceImageRef":"images/x"}}})", 400, "/spec/skuRef"},
      {"POST", test::kTransfers, R"({"spec":{"instance":"web","targetZone":"../south"}})", 400,
       "/spec/targetZone"},
      {"POST", test::kTransfers, R"({"instance":"web"})", 400, "/instance"},
      {"POST", "/providers/hanse.authorization/v1/tokens", R"({"expiresInSeconds":0})", 400,
       "/expiresInSeconds"},
      {"POST", "/providers/hanse.authorization/v1/tokens", R"({"subject":"a b"})", 400, "/subject"}};
  for (const Problem& problem : problems) check(service, problem);
}

TEST_CASE("a path or a query that is wrong names the parameter") {
  ApiService service;
  const Problem problems[] = {
      {"PUT", kSkus + "/a%2Fb", test::kSmallSku, 400, "name"},
      {"PUT", kSkus + "/Small", test::kSmallSku, 400, "name"},
      {"GET", kSkus + "/%00", "", 400, "name"},
      {"GET", "/providers/seca.compute/v1/tenants/a%2Fb/skus", "", 400, "tenant"},
      {"DELETE", "/providers/seca.compute/v1/tenants/t/workspaces/w%2Fw/instances/web", "", 400, "workspace"},
      {"GET", kSkus + "?limit=0", "", 400, "limit"},
      {"GET", kSkus + "?limit=100001", "", 400, "limit"},
      {"GET", kSkus + "?limit=ten", "", 400, "limit"},
      {"GET", kSkus + "?skipToken=/tokens/", "", 400, "skipToken"},
      {"GET", kSkus + "?watch=maybe", "", 400, "watch"},
      {"GET", kSkus + "?labels=%3Dx", "", 400, "labels"},
      {"GET", kSkus + "?watch=true&labels=%3Dx", "", 400, "labels"},
      {"GET", kSkus + "?lables=a", "", 400, "lables"},
      {"GET", kInstances + "/web/console?offset=-1", "", 400, "offset"},
      {"GET", "/providers/hanse.storage/v1/blobs/sha256:abc", "", 400, "digest"},
      {"GET", kInstances + "/none", "", 404, ""},
      {"GET", kInstances + "/none?watch=true", "", 404, ""},
      {"POST", kInstances + "/none/start", "", 404, ""},
      {"GET", kInstances + "/none/console", "", 404, ""},
      {"DELETE", kInstances + "/none", "", 404, ""},
      {"GET", test::kTransfers + "/none", "", 404, ""},
      {"GET", "/providers/seca.region/v1/regions/atlantis", "", 404, ""}};
  for (const Problem& problem : problems) {
    if (problem.target.find("%00") != std::string::npos) continue;  // refused before it is a request
    check(service, problem);
  }
  CHECK_FALSE(codec::parse_target(kSkus + "/%00"));
  CHECK_FALSE(codec::parse_target(kSkus + "/%2E%2E"));
}

TEST_CASE("a lock that is no version is refused") {
  ApiService service;
  http::Request put = service.request(As::user, "PUT", kSkus + "/small", test::kSmallSku);
  put.headers.set("If-Unmodified-Since", "yesterday");
  const Answer answer = service.ask(put);
  CHECK(answer.status == 400);
  CHECK(answer.text("/sources/0/parameter") == "if-unmodified-since");
}

// Over the server, which reads the bodies.
test::Heard say(ApiService& service, const std::string& head, const std::string& body) {
  http::Server server(service.world.runtime, *service.api, server_limits());
  REQUIRE(service.run(server.start(test::kService, {})));
  test::Heard heard;
  Scope scope;
  REQUIRE(scope.spawn(test::talk(service.world, {{head + "\r\n\r\n" + body}}, heard)));
  service.world.loop.run(Seconds{200});
  return heard;
}

TEST_CASE("ten megabytes are too large") {
  ApiService service;
  const std::string body(10 << 20, ' ');
  const std::string head = "PUT " + kSkus +
                           "/small HTTP/1.1\r\nHost: zone\r\nContent-Length: " + std::to_string(body.size()) +
                           "\r\nAuthorization: Bearer " + test::kAdminToken;
  const test::Heard heard = say(service, head, body);
  CHECK(heard.text.starts_with("HTTP/1.1 413"));
  CHECK(heard.has("application/problem+json"));
}

TEST_CASE("the body of someone without a token is not waited for") {
  ApiService service;
  const std::string head = "PUT " + kSkus + "/small HTTP/1.1\r\nHost: zone\r\nContent-Length: 1000";
  const test::Heard heard = say(service, head, "");
  CHECK(heard.text.starts_with("HTTP/1.1 401"));
  CHECK(heard.has("WWW-Authenticate: Bearer"));
}

}  // namespace
}  // namespace hanse::api
