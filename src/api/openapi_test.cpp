#include "api/openapi.h"

#include <algorithm>
#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <set>
#include <string>

#include "tests/api/api_service.h"

namespace hanse::api {
namespace {

using test::ApiService;
using test::As;

void collect_references(const json::Value& value, std::set<std::string>& out) {
  if (value.is_array()) {
    for (const json::Value& element : value.get_array()) collect_references(element, out);
  }
  if (!value.is_object()) return;
  for (const auto& member : value.get_object()) {
    if (member.key() == "$ref") out.insert(std::string(member.value().get_string()));
    collect_references(member.value(), out);
  }
}

std::string upper(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<char>(c - 'a' + 'A');
  return out;
}

TEST_CASE("the description has the routes, all of them and no others") {
  ApiService service;
  const test::Answer answer = service.ask(As::user, "GET", "/openapi.json");
  REQUIRE(answer.status == 200);
  CHECK(answer.text("/openapi") == "3.1.0");
  std::set<std::string> described;
  std::set<std::string> operation_ids;
  for (const auto& path : answer.body.at("paths").get_object()) {
    for (const auto& method : path.value().get_object()) {
      described.insert(upper(method.key()) + " " + std::string(path.key()));
      operation_ids.insert(std::string(method.value().at("operationId").get_string()));
      CHECK_FALSE(method.value().at("summary").get_string().empty());
      const json::Array& callers = method.value().at("x-hanse-callers").get_array();
      CHECK_FALSE(callers.empty());
      // Whoever writes a client sees which permission an operation needs.
      const bool for_users = std::find(callers.begin(), callers.end(), json::Value("user")) != callers.end();
      const json::Value* permission = method.value().get_object().if_contains("x-hanse-permission");
      CHECK((permission != nullptr) == for_users);
      if (permission != nullptr && permission->is_object())
        CHECK_FALSE(permission->at("verb").get_string().empty());
    }
  }
  std::set<std::string> routed;
  for (const http::RouteName& route : service.api->route_names())
    routed.insert(route.method + " " + route.pattern);
  CHECK(described == routed);
  CHECK(operation_ids.size() == routed.size());
}

TEST_CASE("every schema that is referred to is there") {
  ApiService service;
  const test::Answer answer = service.ask(As::user, "GET", "/openapi.json");
  std::set<std::string> references;
  collect_references(answer.body, references);
  CHECK(references.size() > 30);
  for (const std::string& reference : references) {
    CAPTURE(reference);
    CHECK(answer.text(reference.substr(1)) != "(nothing)");
  }
}

TEST_CASE("schemas follow the structs") {
  ApiService service;
  const test::Answer answer = service.ask(As::user, "GET", "/openapi.json");
  const std::string schemas = "/components/schemas";
  CHECK(answer.text(schemas + "/Instance/properties/spec/$ref") == "#/components/schemas/InstanceSpec");
  CHECK(answer.text(schemas + "/InstanceSpec/properties/power/enum") == R"(["running","stopped"])");
  CHECK(answer.text(schemas + "/InstanceSpec/properties/userData/type") == "string");
  CHECK(answer.text(schemas + "/InstanceSpec/properties/forwards/items/$ref") ==
        "#/components/schemas/PortForward");
  CHECK(answer.text(schemas + "/InstanceSku/properties/spec/properties/memoryMib/type") == "integer");
  CHECK(answer.text(schemas + "/Instance/properties/labels/additionalProperties/type") == "string");
  CHECK(answer.text(schemas + "/TransferList/properties/items/items/$ref") ==
        "#/components/schemas/Transfer");
}

}  // namespace
}  // namespace hanse::api
