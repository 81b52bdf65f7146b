#include "api/metrics.h"

#include <doctest/doctest.h>
#include <regex>
#include <sstream>
#include <string>

#include "tests/api/api_service.h"
#include "zone/zone_version.h"

namespace hanse::api {
namespace {

using test::ApiService;
using test::As;

std::string metrics_of(ApiService& service) {
  return service.reply(service.request(As::user, "GET", "/metrics")).response.body;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST_CASE("every line of the metrics is one of Prometheus' text form") {
  ApiService service;
  service.ask(As::user, "GET", test::kSkus);
  const std::regex sample(R"re([a-z_]+(\{([a-z]+="([^"\\]|\\.)*",?)+\})? [0-9.e+-]+)re");
  const std::regex comment(R"(# (HELP|TYPE) [a-z_]+ .+)");
  std::istringstream lines(metrics_of(service));
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) {
    CAPTURE(line);
    CHECK((std::regex_match(line, sample) || std::regex_match(line, comment)));
    ++count;
  }
  CHECK(count > 30);
}

TEST_CASE("requests count by pattern, never by path") {
  ApiService service;
  for (const char* name : {"a", "b", "c"}) service.ask(As::user, "GET", test::kSkus + "/" + name);
  service.ask(As::nobody, "GET", test::kSkus + "/a");
  const std::string text = metrics_of(service);
  CHECK(has_line(
      text,
      R"(hanse_api_requests_total{route="GET /providers/seca.compute/v1/tenants/{tenant}/skus/{name}",status="4xx"} 4)"));
  CHECK(text.find("skus/a") == std::string::npos);
}

TEST_CASE("the state of the zone is there") {
  ApiService service;
  model::Instance instance;
  instance.metadata = {.name = "web", .tenant = "default", .workspace = "default"};
  instance.status.state = model::ResourceState::active;
  REQUIRE(service.run(service.tables.instances.create(std::move(instance))));
  const std::string text = metrics_of(service);
  CHECK(has_line(text, fmt::format(R"(hanse_build_info{{zone="north",version="{}"}} 1)", zone::kVersion)));
  CHECK(has_line(text, R"(hanse_instances{state="active"} 1)"));
  CHECK(has_line(text, R"(hanse_instances{state="error"} 0)"));
  CHECK(has_line(text, R"(hanse_transfers{phase="rolledBack"} 0)"));
  CHECK(has_line(text, "hanse_hosts_connected 0"));
  CHECK(has_line(text, fmt::format("hanse_store_revision {}", service.store->revision())));
}

TEST_CASE("buckets are cumulative") {
  Metrics metrics;
  metrics.count_request("GET /x", 200, Millis{3});
  metrics.count_request("GET /x", 200, Millis{50});
  metrics.count_request("GET /x", 503, Seconds{9});
  const std::string text = metrics.text();
  CHECK(has_line(text, R"(hanse_api_request_seconds_bucket{route="GET /x",le="0.001"} 0)"));
  CHECK(has_line(text, R"(hanse_api_request_seconds_bucket{route="GET /x",le="0.005"} 1)"));
  CHECK(has_line(text, R"(hanse_api_request_seconds_bucket{route="GET /x",le="2.5"} 2)"));
  CHECK(has_line(text, R"(hanse_api_request_seconds_bucket{route="GET /x",le="+Inf"} 3)"));
  CHECK(has_line(text, R"(hanse_api_requests_total{route="GET /x",status="5xx"} 1)"));
}

}  // namespace
}  // namespace hanse::api
