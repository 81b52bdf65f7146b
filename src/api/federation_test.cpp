// What users ask of the federation, and what of a peer's exchange of records is counted.
#include <doctest/doctest.h>
#include <string>

#include "federation/record_exchange.h"
#include "tests/api/api_service.h"

namespace hanse::api {
namespace {

using test::Answer;
using test::ApiService;
using test::As;

constexpr char kRotations[] = "/providers/hanse.federation/v1/rotations";

bool has_refusals(ApiService& service, const std::string& reason, int count) {
  const std::string text = service.reply(service.request(As::user, "GET", "/metrics")).response.body;
  return text.find(fmt::format("hanse_records_refused_total{{reason=\"{}\"}} {}\n", reason, count)) !=
         std::string::npos;
}

TEST_CASE("what a peer sends and is not taken is counted by reason, also what is not read") {
  ApiService service;
  CHECK(has_refusals(service, "forged", 0));
  CHECK(service.ask(As::peer, "POST", federation::kExchangePath, R"({"heads":7})").status == 400);
  CHECK(service.ask(As::peer, "POST", federation::kExchangePath, "no JSON").status == 400);
  CHECK(has_refusals(service, "unreadableMessage", 2));
  CHECK(service.ask(As::peer, "POST", federation::kExchangePath, R"({"sums":["1"]})").status == 400);
  CHECK(has_refusals(service, "oversizedMessage", 1));
  // By its head alone, and only of those who may send any.
  for (const As as : {As::peer, As::nobody, As::host}) {
    http::Request head = service.request(as, "POST", federation::kExchangePath);
    head.headers.set("Content-Length", std::to_string(federation::kMaxExchangeBody + 1));
    CHECK(service.api->body_limit(head) == federation::kMaxExchangeBody);
  }
  CHECK(has_refusals(service, "oversizedMessage", 2));
  const std::string stranger =
      R"({"records":[{"owner":"east","kind":"card","version":1,"body":"{}","signature":""}]})";
  CHECK(service.ask(As::peer, "POST", federation::kExchangePath, stranger).status == 200);
  CHECK(has_refusals(service, "unknownOwner", 1));
}

TEST_CASE("the next CA is not taken into use before the peers were heard of, but by force") {
  ApiService service;
  CHECK(service.ask(As::user, "POST", kRotations, R"({"finish":true})").status == 412);
  CHECK(service.ask(As::user, "POST", kRotations, "{}").status == 202);
  const Answer refused = service.ask(As::user, "POST", kRotations, R"({"finish":true})");
  CHECK(refused.status == 412);
  CHECK(refused.text("/detail").find("not heard of since it was announced: south") != std::string::npos);
  CHECK(service.ask(As::peer, "POST", federation::kExchangePath, "{}").status == 200);
  CHECK(service.ask(As::user, "POST", kRotations, R"({"finish":true})").status == 202);
  CHECK(service.ask(As::user, "POST", kRotations, "{}").status == 202);
  CHECK(service.ask(As::user, "POST", kRotations, R"({"finish":true,"force":true})").status == 202);
}

}  // namespace
}  // namespace hanse::api
